"""Values that agents and tools hand over: text, images, audio and video, which read as text and show in notebooks."""

from __future__ import annotations

import os
import sys
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import PIL.Image


_making_class = threading.Lock()


class AgentType:
    """Wrap a value so that it can be used raw, as text and in a notebook.

    Args:
        value: The value to wrap.
    """

    def __init__(self, value: Any) -> None:
        self._value = value

    def __str__(self) -> str:
        return self.to_string()

    def to_raw(self) -> Any:
        """Return the value itself."""
        _warn_of_raw_type()
        return self._value

    def to_string(self) -> str:
        """Return the value as text: a path where it is no text."""
        _warn_of_raw_type()
        return str(self._value)


class AgentText(AgentType, str):
    """Wrap text; it is a `str`."""

    def to_raw(self) -> Any:
        """Return the text."""
        return self._value

    def to_string(self) -> str:
        """Return the text."""
        return str(self._value)


class _FileType(AgentType, str):
    """Wrap a media file that is given by path, by URL or by its bytes; as a `str` it is the path."""

    _suffix = ""

    def __new__(cls, value: Any, *args: Any, **kwargs: Any) -> _FileType:
        # Without asking a value of this type for its text: it would write a file.
        return str.__new__(cls, str.__str__(os.fspath(value)) if isinstance(value, (str, os.PathLike)) else "")

    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self._path: str | None = os.fspath(value) if isinstance(value, (str, os.PathLike)) else None
        if isinstance(value, _FileType):
            self._value, self._path = value._value, value._path

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._path or type(self._value).__name__}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._value,), self.__dict__

    def to_string(self) -> str:
        """Return the path or URL of the file; a value from memory gets one that goes when the process ends."""
        if self._path is None:
            from smolagents.temporary import temporary_path

            path = temporary_path(self._suffix)
            self._write(path)
            self._path = path
        return self._path

    def _write(self, path: str) -> None:
        with open(path, "wb") as file:
            file.write(self._value)


class AgentAudio(_FileType):
    """Wrap audio.

    Args:
        value: A path, a URL, the bytes of an audio file, samples (a torch tensor, an array or a list, floats from -1 to
            1), or a pair of sample rate and samples.
        samplerate: Samples per second, in Hz.
    """

    _suffix = ".wav"

    def __init__(self, value: Any, samplerate: int = 16_000) -> None:
        super().__init__(value)
        self.samplerate = samplerate
        self._samples: Any = None
        if isinstance(value, AgentAudio):
            self.samplerate, self._samples = value.samplerate, value._samples
        elif isinstance(value, tuple):
            self.samplerate, self._samples = value
        elif not isinstance(value, (str, os.PathLike, bytes)):
            if not (hasattr(value, "shape") or isinstance(value, list)):
                raise ValueError(
                    f"Unsupported audio type: {type(value).__name__}. "
                    "Pass a path, a URL, bytes, samples or (rate, samples)."
                )
            self._samples = value

    def to_raw(self) -> Any:
        """Return the samples: the given ones, else those of the file, as a torch tensor where torch is installed."""
        if self._samples is None:
            self._samples, self.samplerate = self._decode()
        torch = _torch()
        if torch is None or isinstance(self._samples, torch.Tensor):
            return self._samples
        return torch.as_tensor(self._samples)

    def _decode(self) -> tuple[Any, int]:
        from io import BytesIO

        from smolagents.media import read_bytes

        samples, samplerate = _soundfile("decode").read(BytesIO(read_bytes(self._value)))
        return samples, int(samplerate)

    def _write(self, path: str) -> None:
        if isinstance(self._value, bytes):
            super()._write(path)
        else:
            _soundfile("encode").write(path, _for_soundfile(self._samples), self.samplerate)

    def _ipython_display_(self) -> None:
        display = import_module("IPython.display")
        display.display(display.Audio(self.to_string(), rate=self.samplerate))


class AgentVideo(_FileType):
    """Wrap a video.

    Args:
        value: A path, a URL or the bytes of a video file.
    """

    _suffix = ".mp4"

    def __init__(self, value: str | Path | bytes) -> None:
        if not isinstance(value, (str, os.PathLike, bytes)):
            raise TypeError(f"Unsupported video type: {type(value).__name__}. Pass a path, a URL or bytes.")
        super().__init__(value)

    def to_raw(self) -> str:
        """Return the path or URL of the file: what a tool passes on, since memory holds no film of any length."""
        return self.to_string()

    def _ipython_display_(self) -> None:
        display = import_module("IPython.display")
        display.display(display.Video(self.to_string()))


class _ImageType(AgentType):
    """What makes an image of PIL an agent type; `AgentImage` adds PIL's class, once that is needed.

    Nothing is read before its pixels or its properties are asked for.
    """

    def __init__(self, value: Any) -> None:
        AgentType.__init__(self, value)
        self._path: str | None = None
        self._raw: PIL.Image.Image | None = None
        if isinstance(value, _ImageType):
            self._value, self._path, self._raw = value._value, value._path, value._raw
        elif isinstance(value, loaded_class("PIL.Image", "Image")):
            self._raw = value
        elif isinstance(value, (str, os.PathLike)):
            self._path = os.fspath(value)
        elif not (isinstance(value, bytes) or hasattr(value, "shape")):
            raise TypeError(
                f"Unsupported type for {type(self).__name__}: {type(value).__name__}. "
                "Pass an image of PIL, a path, bytes, a tensor or an array."
            )
        self._complete = False

    def __getattr__(self, name: str) -> Any:
        # PIL keeps an image in attributes of the instance. They are taken over from the raw image at first use.
        if self.__dict__.get("_complete", True) or name.startswith("__"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        self._complete = True
        self.__dict__.update(vars(self.to_raw().copy()))
        return getattr(self, name)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._path or type(self._value).__name__}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._path or self.to_raw(),)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return type(self)(self._path or self.to_raw().copy())

    @property
    def _tensor(self) -> Any:
        return self._value if hasattr(self._value, "shape") else None

    def to_raw(self) -> PIL.Image.Image:
        """Return the image of PIL."""
        if self._raw is None:
            from smolagents.media import load_image

            self._raw = _image_of_array(self._value) if hasattr(self._value, "shape") else load_image(self._value)
        return self._raw

    def to_string(self) -> str:
        """Return the path of the image; one from memory gets a PNG file that goes when the process ends."""
        if self._path is None:
            from smolagents.temporary import temporary_path

            path = temporary_path(".png")
            self.to_raw().save(path, format="png")
            self._path = path
        return self._path

    def save(self, output_bytes: Any, format: str | None = None, **params: Any) -> None:
        """Write the image.

        Args:
            output_bytes: A file open for writing, or a path.
            format: File format, PIL's name for it; None: by the path's ending.
            **params: Options of that format.
        """
        self.to_raw().save(output_bytes, format=format, **params)

    def _ipython_display_(self) -> None:
        import_module("IPython.display").display(self.to_raw())


if TYPE_CHECKING:

    class AgentImage(_ImageType, PIL.Image.Image):  # type: ignore[misc]
        """Wrap an image; it is an image of PIL."""

else:

    def _agent_image():
        from smolagents.media import pil_image

        document = """Wrap an image; it is an image of PIL.

        Args:
            value: An image of PIL, a path, a URL, the bytes of an image file, or a tensor or an array (height x width
                [x channels]; integers from 0 to 255, or floats from 0 to 1).
        """
        namespace = {"__module__": __name__, "__qualname__": "AgentImage", "__doc__": document}
        return type("AgentImage", (_ImageType, pil_image().Image), namespace)

    def __getattr__(name):
        if name == "AgentImage":
            with _making_class:
                return globals().get(name) or globals().setdefault(name, _agent_image())
        if name == "_AGENT_TYPE_MAPPING":
            return {kind: _wrapper(kind) for kind in _WRAPPED}
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


_WRAPPED = {"string": "AgentText", "image": "AgentImage", "audio": "AgentAudio"}


def _wrapper(kind: str) -> type[AgentType]:
    wrapper: type[AgentType] = getattr(sys.modules[__name__], _WRAPPED[kind])  # AgentImage is not made before this
    return wrapper


def handle_agent_input_types(*args: Any, **kwargs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments of a call with every agent type replaced by its raw value."""
    return (
        tuple(value.to_raw() if isinstance(value, AgentType) else value for value in args),
        {key: value.to_raw() if isinstance(value, AgentType) else value for key, value in kwargs.items()},
    )


def handle_agent_output_types(output: Any, output_type: str | None = None) -> Any:
    """Wrap a value in its agent type, or return it as it is where it has none.

    Args:
        output: What a tool or an agent returned.
        output_type: The type that the tool declares; it decides before the value's own type.
    """
    if output_type in _WRAPPED:
        wrapper = _wrapper(output_type)
        return output if isinstance(output, wrapper) else wrapper(output)
    if isinstance(output, AgentType):
        return output
    if isinstance(output, str):
        return AgentText(output)
    if isinstance(output, loaded_class("PIL.Image", "Image")):
        return _wrapper("image")(output)
    if isinstance(output, loaded_class("torch", "Tensor")):
        return AgentAudio(output)
    return output


def loaded_class(module: str, name: str) -> Any:
    """Return a class if its module is loaded, else `()`: an argument for `isinstance` that imports nothing."""
    return getattr(sys.modules.get(module), name, ())


def _warn_of_raw_type() -> None:
    from logging import getLogger

    getLogger(__name__).error("This is a raw AgentType: how it is shown and turned into text may vary.")


def _as_array(values: Any) -> Any:
    if hasattr(values, "detach"):  # a torch tensor
        values = values.detach().cpu()
    import numpy

    return numpy.asarray(values)


def _for_soundfile(samples: Any) -> Any:
    """Return samples as soundfile writes them: samples x channels, of a type that it knows."""
    array = _as_array(samples.float() if hasattr(samples, "float") and samples.is_floating_point() else samples)
    if array.dtype.kind == "f":
        array = array.astype("float32")
    elif array.dtype.name not in ("int16", "int32"):
        array = array.clip(-(2**15), 2**15 - 1).astype("int16")
    has_channels_first = array.ndim == 2 and array.shape[0] < array.shape[1]  # the layout of torch
    return array.T if has_channels_first else array


def _image_of_array(values: Any) -> PIL.Image.Image:
    from smolagents.media import pil_image

    array = _as_array(values)
    channels = (1, 3, 4)
    if array.ndim == 3 and array.shape[0] in channels and array.shape[2] not in channels:  # the layout of torch
        array = array.transpose(1, 2, 0)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.dtype.kind == "f":
        array = (array.clip(0, 1) * 255).round()
    elif array.dtype.kind == "b":
        array = array * 255
    image: PIL.Image.Image = pil_image().fromarray(array.clip(0, 255).astype("uint8"))
    return image


def _torch() -> Any:
    try:
        return import_module("torch")
    except ImportError:
        return None


def _soundfile(purpose: str) -> Any:
    try:
        return import_module("soundfile")
    except ImportError as error:
        raise ImportError(f"To {purpose} audio, soundfile is needed: pip install soundfile") from error
