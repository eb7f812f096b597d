"""Say what to do about errors of boto3 that don't."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_ADVICE = {
    "NoCredentialsError": (
        "No credentials for Amazon Bedrock: set AWS_BEARER_TOKEN_BEDROCK to an API key, or AWS_ACCESS_KEY_ID and "
        "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; or pass api_key=… or client_kwargs={{…}}."
    ),
    "PartialCredentialsError": "{error} Set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    "NoRegionError": (
        "No region for Amazon Bedrock: set AWS_REGION, or pass client_kwargs={{'region_name': 'us-east-1'}}."
    ),
    "ProfileNotFound": "{error}: AWS_PROFILE names no profile of ~/.aws/config.",
    "EndpointConnectionError": "{error} Does Amazon Bedrock exist in this region (AWS_REGION)?",
    "ReadTimeoutError": (
        "{error} Allow more time with client_kwargs={{'config': botocore.config.Config(read_timeout=<seconds>)}}."
    ),
    **dict.fromkeys(
        ("ProtocolError", "IncompleteRead", "ResponseStreamingError"),
        "Amazon Bedrock closed the connection before the end of the answer ({error}).",
    ),
    "ConnectTimeoutError": "{error} Is there a way to the network?",
}


@contextmanager
def explained() -> Iterator[None]:
    """Add what to do to the text of errors of boto3, whose class stays."""
    try:
        yield
    except Exception as error:
        advice = _ADVICE.get(type(error).__name__)
        if advice is None or type(error).__module__.partition(".")[0] not in ("botocore", "urllib3"):
            raise
        error.args = (advice.format(error=error),)
        raise
