"""`SpeechToTextTool`: Whisper on this machine."""

from __future__ import annotations

import math
import threading
from collections.abc import Collection
from importlib.util import find_spec
from typing import Any

from smolagents.run import reason_to_stop
from smolagents.tools import PipelineTool

from smolagents_tools_audio.decoder import RATE
from smolagents_tools_audio.recordings import INPUT, by_path, samples_for_model
from smolagents_tools_audio.sources import UnusableMedia

DESCRIPTION = "Transcribes a recording of speech into text, and returns the text."
LIBRARIES = ("torch", "transformers", "accelerate")
NO_SPEECH = "No speech was found in the recording."
INSTALL = 'pip install "smolagents-tools-audio[transformers]"'

# Whisper falls into loops and makes words out of noise. Source of the remedy and its numbers: section 4.5 of Radford
# et al., Robust Speech Recognition via Large-Scale Weak Supervision; the ratio is that for tokens instead of text.
_AGAINST_LOOPS = {
    "temperature": (0.0, 0.2, 0.4, 0.6, 0.8, 1.0),
    "compression_ratio_threshold": 1.35,
    "logprob_threshold": -1.0,
    "no_speech_threshold": 0.6,
    "condition_on_prev_tokens": False,
}
# Two transcriptions at once would take turns on the same cores anyway, and twice the memory.
_one_at_a_time = threading.Lock()
_NOTICED_AFTER = 0.5  # s
_PART = 10 * 60 * RATE


class SpeechToTextTool(PipelineTool):
    """Transcribe recordings by a Whisper model on this machine.

    Args:
        model: The model, or its name on the Hugging Face Hub or the path of its folder; None: Whisper large v3 turbo.
        pre_processor: The processor, or its name; None: that of the model.
        post_processor: What decodes tokens, or its name; None: the pre-processor.
        device: Where the model runs; None: the accelerator if there is one, else the CPU.
        device_map: How accelerate spreads the model over devices.
        model_kwargs: Further arguments of the model's `from_pretrained`.
        token: Access token for the Hugging Face Hub.
        language: Language of the recordings, such as "de"; None: the model finds out.
        private_hosts: Hosts whose files may be read though their addresses are not public: `["media.corp.example"]`.
        **hub_kwargs: Where to download from (`revision`, `cache_dir`, …).

    Raises:
        ImportError: PyTorch, transformers or accelerate is not installed.
    """

    default_checkpoint = "openai/whisper-large-v3-turbo"
    name = "transcriber"
    description = DESCRIPTION
    inputs = {"audio": INPUT}
    output_type = "string"

    def __init__(
        self,
        model: Any = None,
        pre_processor: Any = None,
        post_processor: Any = None,
        device: Any = None,
        device_map: Any = None,
        model_kwargs: dict[str, Any] | None = None,
        token: str | None = None,
        *,
        language: str | None = None,
        private_hosts: Collection[str] | None = None,
        **hub_kwargs: Any,
    ) -> None:
        if missing := missing_libraries():
            raise ImportError(f"SpeechToTextTool runs a model on this machine and needs {missing}: {INSTALL}")
        settings = dict(model_kwargs or {})
        self._chooses_precision = settings.keys().isdisjoint({"dtype", "torch_dtype"}) and not hasattr(model, "to")
        if self._chooses_precision:
            settings["dtype"] = "auto"  # as the weights were saved, which not every version of transformers does
        super().__init__(model, pre_processor, post_processor, device, device_map, settings, token, **hub_kwargs)
        from transformers import WhisperForConditionalGeneration, WhisperProcessor

        self.pre_processor_class, self.model_class = WhisperProcessor, WhisperForConditionalGeneration
        self.language = language
        self.private_hosts = tuple(private_hosts or ())

    def setup(self) -> None:
        """Load the model and its processor."""
        super().setup()
        if self._chooses_precision and self.model.device.type == "cpu":
            self.model.float()  # CPUs are slow at halves

    def __call__(self, *args: Any, sanitize_inputs_outputs: bool = False, **kwargs: Any) -> Any:
        """Return the text of a recording.

        Args:
            *args: The recording: a path, a URL, the bytes of a file, samples at 16,000 Hz, a pair of sample rate and
                samples, or an `AgentAudio`.
            sanitize_inputs_outputs: Return an `AgentText`.
            **kwargs: The recording as `audio`.
        """
        args, kwargs = by_path(args, kwargs)
        return super().__call__(*args, sanitize_inputs_outputs=sanitize_inputs_outputs, **kwargs)

    def encode(self, audio: Any) -> Any:
        """Return the model's inputs: the recording's spectrogram, of 30 s at least."""
        import numpy as np
        import torch

        samples = samples_for_model(audio, self.private_hosts)
        if len(samples) <= self.pre_processor.feature_extractor.n_samples:
            inputs = self._spectrogram(samples)
        else:
            # Making the spectrogram takes ten times its memory, so it is made part by part.
            parts = [
                self._spectrogram(part, truncation=False, padding="longest")
                for part in np.array_split(samples, math.ceil(len(samples) / _PART))
            ]
            inputs = {name: torch.cat([part[name] for part in parts], dim=-1) for name in parts[0]}
        return {**inputs, "input_features": inputs["input_features"].to(self.model.dtype)}

    def _spectrogram(self, samples: Any, **options: Any) -> Any:
        return self.pre_processor(
            samples, sampling_rate=RATE, return_tensors="pt", return_attention_mask=True, **options
        )

    def forward(self, inputs: Any) -> Any:
        """Return the model's tokens; what is longer than 30 s is taken bit by bit."""
        options: dict[str, Any] = {"language": self.language} if self.language else {}
        if getattr(self.model.generation_config, "is_multilingual", False):
            options["task"] = "transcribe"
        if inputs["input_features"].shape[-1] > self.pre_processor.feature_extractor.nb_max_frames:
            options |= {**_AGAINST_LOOPS, "return_timestamps": True}
        while not _one_at_a_time.acquire(timeout=_NOTICED_AFTER):
            _go_on()
        try:
            return self.model.generate(**inputs, **options, stopping_criteria=[_go_on])
        finally:
            _one_at_a_time.release()

    def decode(self, outputs: Any) -> str:
        """Return the text that the tokens stand for."""
        text: str = self.post_processor.batch_decode(outputs, skip_special_tokens=True)[0].strip()
        if not text:
            raise UnusableMedia(NO_SPEECH)
        return text


def _go_on(*_: Any) -> bool:
    """Return False, as a stopping criterion of transformers, while somebody waits for the text.

    Raises:
        RuntimeError: Nobody does.
    """
    if reason := reason_to_stop():
        raise RuntimeError(
            f"The transcription was given up: {reason}. Long recordings need time: "
            'executor_kwargs={"timeout_seconds": …}.'
        )
    return False


def missing_libraries() -> str:
    """Return the names of the libraries that are missing for a model on this machine, separated by commas."""
    specs = {library: find_spec(library) for library in LIBRARIES}
    # A folder of that name in the working directory has a spec, too, and no origin.
    return ", ".join(library for library, spec in specs.items() if spec is None or spec.origin is None)
