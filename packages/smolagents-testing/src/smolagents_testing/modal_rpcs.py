"""The RPCs that `FakeModalServer` answers, on the bases that the modal distribution brings.

The handler of `AppGetOrCreate` is `_app_get_or_create`. It takes the request and returns the reply, or yields several.
An RPC without a handler is refused by its name.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, Any

from smolagents_testing.modal_commands import STDERR, STDOUT, Command

if TYPE_CHECKING:
    from smolagents_testing.modal_server import FakeModalServer

BUILDER_VERSION = "2025.06"


def services(fake: FakeModalServer) -> list[Any]:
    """Return the two services that a client talks to: Modal's own, and the one that reaches into sandboxes."""
    from modal_proto import api_pb2, task_command_router_pb2
    from modal_proto.api_grpc import ModalClientBase
    from modal_proto.task_command_router_grpc import TaskCommandRouterBase

    return [
        _service(ModalClientBase, ControlPlane(fake, api_pb2), fake),
        _service(TaskCommandRouterBase, Router(fake, task_command_router_pb2), fake),
    ]


def _service(base: Any, handlers: Any, fake: FakeModalServer) -> Any:
    def rpc(name: str) -> Any:
        handler = getattr(handlers, "_" + re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower(), None)

        async def answer(self: Any, stream: Any) -> None:
            from grpclib import GRPCError, Status

            fake.connections.add(stream._stream.connection)
            handlers.check(stream.metadata)
            request = await stream.recv_message()
            await fake.enter(name)
            if handler is None:
                raise GRPCError(Status.UNIMPLEMENTED, f"The fake server does not know {name}.")
            reply = handler(request)
            if hasattr(reply, "__aiter__"):
                async for part in reply:
                    await stream.send_message(part)
            else:
                await stream.send_message(await reply)

        return answer

    return type(base.__name__, (base,), {name: rpc(name) for name in base.__abstractmethods__})()


class ControlPlane:
    """Look up apps, images and secrets; create and terminate sandboxes, of both generations."""

    def __init__(self, fake: FakeModalServer, messages: Any) -> None:
        self._fake = fake
        self._pb = messages

    def check(self, metadata: Any) -> None:
        """Refuse clients without the right token."""
        from grpclib import GRPCError, Status

        sent = (metadata.get("x-modal-token-id"), metadata.get("x-modal-token-secret"))
        if sent != (self._fake.token_id, self._fake.token_secret):
            raise GRPCError(Status.UNAUTHENTICATED, "Token ID is malformed or the token was not found.")

    async def _client_hello(self, request: Any) -> Any:
        return self._pb.ClientHelloResponse(image_builder_version=BUILDER_VERSION)

    async def _auth_token_get(self, request: Any) -> Any:
        return self._pb.AuthTokenGetResponse(token=self._fake.jwt)

    async def _environment_get_or_create(self, request: Any) -> Any:
        settings = self._pb.EnvironmentSettings(image_builder_version=BUILDER_VERSION)
        metadata = self._pb.EnvironmentMetadata(name=request.deployment_name or "main", settings=settings)
        return self._pb.EnvironmentGetOrCreateResponse(environment_id="en-fake", metadata=metadata)

    async def _app_get_or_create(self, request: Any) -> Any:
        self._fake.apps.append(request.app_name)
        return self._pb.AppGetOrCreateResponse(app_id=f"ap-{len(self._fake.apps)}")

    async def _image_get_or_create(self, request: Any) -> Any:
        self._fake.images.append(request.image)
        done = self._pb.GenericResult(status=self._pb.GenericResult.GENERIC_STATUS_SUCCESS)
        metadata = self._pb.ImageMetadata(image_builder_version=BUILDER_VERSION)
        number = f"im-{len(self._fake.images)}"
        return self._pb.ImageGetOrCreateResponse(image_id=number, result=done, metadata=metadata)

    async def _secret_get_or_create(self, request: Any) -> Any:
        number = f"st-{len(self._fake.secrets) + 1}"
        self._fake.secrets[number] = dict(request.env_dict)
        return self._pb.SecretGetOrCreateResponse(secret_id=number)

    async def _sandbox_create_v2(self, request: Any) -> Any:
        env = _environment(self._fake, request.definition.secret_ids, getattr(request, "secret_sources", ()))
        env |= dict(request.ephemeral_secrets.contents)
        sandbox = self._fake.create(request.definition, env, request.tags, generation=2)
        access = self._pb.CommandRouterAccess(url=self._fake.url, jwt=self._fake.jwt)
        return self._pb.SandboxCreateV2Response(
            sandbox_id=sandbox.sandbox_id, task_id=sandbox.task_id, command_router_access=access
        )

    async def _sandbox_create(self, request: Any) -> Any:
        env = _environment(self._fake, request.definition.secret_ids, ())
        sandbox = self._fake.create(request.definition, env, request.tags, generation=1)
        return self._pb.SandboxCreateResponse(sandbox_id=sandbox.sandbox_id)

    async def _sandbox_get_task_id(self, request: Any) -> Any:
        return self._pb.SandboxGetTaskIdResponse(task_id=self._fake.sandbox(request.sandbox_id).task_id)

    async def _task_get_command_router_access(self, request: Any) -> Any:
        return self._pb.TaskGetCommandRouterAccessResponse(url=self._fake.url, jwt=self._fake.jwt)

    async def _sandbox_terminate(self, request: Any) -> Any:
        await self._fake.terminate(self._fake.sandbox(request.sandbox_id))
        return self._pb.SandboxTerminateResponse()

    _sandbox_terminate_v2 = _sandbox_terminate

    async def _sandbox_wait(self, request: Any) -> Any:
        ended = self._fake.sandbox(request.sandbox_id).terminated
        status = self._pb.GenericResult.GENERIC_STATUS_TERMINATED if ended else None
        return self._pb.SandboxWaitResponse(result=self._pb.GenericResult(status=status))

    _sandbox_wait_v2 = _sandbox_wait


class Router:
    """Run commands in sandboxes and carry their streams."""

    def __init__(self, fake: FakeModalServer, messages: Any) -> None:
        self._fake = fake
        self._pb = messages

    def check(self, metadata: Any) -> None:
        """Refuse clients without the token that came with the sandbox."""
        from grpclib import GRPCError, Status

        if metadata.get("authorization") != f"Bearer {self._fake.jwt}":
            raise GRPCError(Status.UNAUTHENTICATED, "The token is not that of this task.")

    async def _task_exec_start(self, request: Any) -> Any:
        from grpclib import GRPCError, Status

        sandbox = self._fake.sandbox(request.task_id)
        if sandbox.terminated:
            raise GRPCError(Status.FAILED_PRECONDITION, "The sandbox has ended.")
        if request.exec_id not in sandbox.commands:
            secrets = _environment(self._fake, request.secret_ids, getattr(request, "secret_sources", ()))
            env = {**sandbox.env, **secrets}
            directory = request.workdir or sandbox.directory
            try:
                command = await Command.start(request.command_args, env, sandbox.directory, directory)
            except OSError as error:
                raise GRPCError(Status.INVALID_ARGUMENT, f"failed to start: {error}") from None
            sandbox.commands[request.exec_id] = command
            self._fake.watch(sandbox, command)
        return self._pb.TaskExecStartResponse()

    async def _task_exec_stdin_write(self, request: Any) -> Any:
        await self._command(request).write(request.offset, request.data, request.eof)
        return self._pb.TaskExecStdinWriteResponse()

    async def _task_exec_stdio_read(self, request: Any) -> AsyncIterator[Any]:
        from grpclib import GRPCError, Status

        stream = STDERR if request.file_descriptor == self._pb.TASK_EXEC_STDIO_FILE_DESCRIPTOR_STDERR else STDOUT
        try:
            async for data in self._command(request).read(stream, request.offset):
                yield self._pb.TaskExecStdioReadResponse(data=data)
        except BrokenPipeError:
            raise GRPCError(Status.UNAVAILABLE, "The stream was cut.") from None

    async def _task_exec_poll(self, request: Any) -> Any:
        status = self._command(request).status
        return self._pb.TaskExecPollResponse(**({} if status is None else _ending(status)))

    async def _task_exec_wait(self, request: Any) -> Any:
        return self._pb.TaskExecWaitResponse(**_ending(await self._command(request).wait()))

    def _command(self, request: Any) -> Command:
        from grpclib import GRPCError, Status

        found = self._fake.sandbox(request.task_id).commands.get(request.exec_id)
        if found is None:
            raise GRPCError(Status.NOT_FOUND, f"There is no command {request.exec_id}.")
        return found


def _environment(fake: FakeModalServer, secret_ids: Iterable[str], sources: Iterable[Any]) -> dict[str, str]:
    env: dict[str, str] = {}
    for number in secret_ids:
        env |= fake.secrets[number]
    for source in sources:
        env |= dict(source.env.contents) if source.HasField("env") else fake.secrets[source.secret_id]
    return env


def _ending(status: int) -> dict[str, int]:
    return {"code": status} if status >= 0 else {"signal": -status}
