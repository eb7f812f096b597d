"""`@tool` makes a tool of a function, from its signature and its docstring."""

# ruff: noqa: UP007, UP045 - both spellings of a union are tested
import asyncio
import dataclasses
import enum
import inspect
from functools import lru_cache, wraps
from typing import Any, Literal, Optional, TypedDict, Union

import pydantic
import pytest
from smolagents.errors import DocstringParsingException, TypeHintParsingException
from smolagents.tools import Tool, tool


class Unit(enum.Enum):
    CELSIUS = "celsius"
    KELVIN = "kelvin"


@dataclasses.dataclass
class Place:
    city: str
    country: str = "FR"
    near: Optional["Place"] = None


class Report(TypedDict):
    degrees: float
    place: Place


class Query(pydantic.BaseModel):
    text: str
    limit: int = pydantic.Field(default=3, ge=1)


@tool
def weather(place: str, days: int = 3, unit: Literal["c", "f"] = "c") -> str:
    """Forecast the weather.

    Args:
        place: Where,
            as precisely as possible.
        days (int, optional): How far ahead.
        unit: Of the temperature.

    Returns:
        The forecast.
    """
    return f"{place} {days} {unit}"


def test_function_becomes_a_tool() -> None:
    assert isinstance(weather, Tool)
    assert type(weather).__name__ == "SimpleTool"
    assert weather.name == "weather"
    assert weather.description == "Forecast the weather."
    assert weather.inputs == {
        "place": {"type": "string", "description": "Where, as precisely as possible."},
        "days": {"type": "integer", "description": "How far ahead.", "nullable": True},
        "unit": {"type": "string", "description": "Of the temperature.", "enum": ["c", "f"], "nullable": True},
    }
    assert weather.output_type == "string"
    assert weather("Rome") == weather({"place": "Rome"}) == weather(place="Rome") == "Rome 3 c"


def test_forward_has_the_signature_of_a_method() -> None:
    assert str(inspect.signature(type(weather).forward)).startswith("(self, place: str, days: int = 3")


def test_async_function_becomes_an_async_tool() -> None:
    @tool
    async def double(number: int) -> int:
        """Double a number.

        Args:
            number: The number.
        """
        await asyncio.sleep(0)
        return 2 * number

    assert double.is_async
    assert inspect.iscoroutinefunction(double.forward)
    assert asyncio.run(double(4)) == 8


def test_cached_function_becomes_a_tool_that_caches() -> None:
    computed = []

    @tool
    @lru_cache(maxsize=8)
    def price(ticker: str) -> float:
        """Get a price.

        Args:
            ticker: Its ticker.
        """
        computed.append(ticker)
        return 1.5

    assert price("A") == price("A") == 1.5
    assert computed == ["A"]
    assert price.inputs == {"ticker": {"type": "string", "description": "Its ticker."}}


def test_decorator_that_saved_code_would_lack_is_warned_of() -> None:
    def shouting(function: Any) -> Any:
        @wraps(function)
        def shout(*args: Any) -> Any:
            return function(*args).upper()

        return shout

    with pytest.warns(UserWarning, match=r"'hello' has decorators other than @tool.*shouting") as caught:

        @tool
        @shouting
        def hello(name: str) -> str:
            """Say hello.

            Args:
                name: To whom.
            """
            return f"hello {name}"

    assert caught[0].filename == __file__
    assert hello("Ada") == "HELLO ADA"


def test_one_decorator_is_enough() -> None:
    with pytest.raises(ValueError, match="multiple @tool decorators"):
        tool(weather)  # type: ignore[arg-type]


def test_arguments_need_type_hints() -> None:
    with pytest.raises(TypeHintParsingException, match="Argument b is missing a type hint in function add"):

        @tool
        def add(a: int, b) -> int:  # type: ignore[no-untyped-def]
            """Add.

            Args:
                a: One.
                b: Two.
            """
            return a + b


def test_arguments_need_descriptions() -> None:
    with pytest.raises(DocstringParsingException, match="docstring has no description for the argument 'b'"):

        @tool
        def add(a: int, b: int) -> int:
            """Add.

            Args:
                a: One.
            """
            return a + b


def test_function_needs_a_docstring() -> None:
    with pytest.raises(DocstringParsingException, match="because it has no docstring"):

        @tool
        def add(a: int, b: int) -> int:
            return a + b


def test_result_needs_a_type_hint_unless_there_are_no_arguments() -> None:
    with pytest.raises(TypeHintParsingException, match="Tool return type not found"):

        @tool
        def add(a: int):  # type: ignore[no-untyped-def]
            """Add.

            Args:
                a: One.
            """
            return a

    @tool
    def ping():  # type: ignore[no-untyped-def]
        """Ping."""
        return "pong"

    assert ping.output_type == "null"
    assert ping() == "pong"


@pytest.mark.parametrize(
    ("hint", "output_type"),
    [
        (str, "string"),
        (None, "null"),
        (Any, "any"),
        (Optional[int], "integer"),
        (Union[int, str], "any"),
        (list[int] | dict[str, int], "any"),
        (tuple[int, str], "array"),
        (dict[str, float], "object"),
        (Unit, "string"),
        (Place, "object"),
        (Query, "object"),
    ],
)
def test_output_type_comes_from_the_hint(hint: Any, output_type: str) -> None:
    def function() -> Any:
        """Do it."""

    function.__annotations__["return"] = hint
    made = tool(function)
    assert made.output_type == output_type
    assert made.output_schema is None


def test_typed_dict_gives_an_output_schema() -> None:
    @tool
    def measure() -> Report:
        """Measure.

        Returns:
            What was measured.
        """
        return {"degrees": 20.5, "place": Place("Rome")}

    assert measure.output_type == "object"
    assert measure.output_schema is not None
    assert measure.output_schema["properties"]["degrees"] == {"type": "number"}
    assert measure.output_schema["required"] == ["degrees", "place"]


def test_choices_in_the_docstring_become_an_enum() -> None:
    @tool
    def paint(colour: str) -> str:
        """Paint.

        Args:
            colour: The colour (choices: ["red", "blue"])
        """
        return colour

    assert paint.inputs["colour"] == {"type": "string", "description": "The colour", "enum": ["red", "blue"]}


def test_choices_must_be_a_json_list() -> None:
    with pytest.raises(DocstringParsingException, match=r"choices of argument 'colour'.*JSON list"):

        @tool
        def paint(colour: str) -> str:
            """Paint.

            Args:
                colour: The colour (choices: red, blue)
            """
            return colour


def test_structured_arguments_arrive_as_the_declared_types() -> None:
    @tool
    def inspect_all(
        place: Place,
        unit: Unit,
        query: Query,
        report: Report,
        places: list[Place],
        by_name: dict[str, Place],
        pair: tuple[int, Unit],
        tags: set[str],
        either: int | Place,
        only: Literal[Unit.KELVIN],
        maybe: Place | None = None,
    ) -> list[Any]:
        """Return what arrived.

        Args:
            place: 1
            unit: 2
            query: 3
            report: 4
            places: 5
            by_name: 6
            pair: 7
            tags: 8
            either: 9
            only: 10
            maybe: 11
        """
        return [place, unit, query, report, places, by_name, pair, tags, either, only, maybe]

    rome = {"city": "Rome", "near": {"city": "Ostia"}}
    built = Place("Rome", near=Place("Ostia"))
    arguments = {
        "place": rome,
        "unit": "kelvin",
        "query": {"text": "x"},
        "report": {"degrees": 1.5, "place": rome},
        "places": [rome],
        "by_name": {"r": rome},
        "pair": [1, "celsius"],
        "tags": ["a", "a"],
        "either": rome,
        "only": "kelvin",
    }
    expected = [
        built,
        Unit.KELVIN,
        Query(text="x"),
        {"degrees": 1.5, "place": built},
        [built],
        {"r": built},
        (1, Unit.CELSIUS),
        {"a"},
        built,
        Unit.KELVIN,
        None,
    ]
    assert inspect_all(**arguments) == expected
    assert inspect_all(*arguments.values()) == expected
    assert inspect_all(*expected) == expected, "what has its type already stays as it is"
    assert inspect_all(**arguments | {"either": 3, "maybe": rome})[8:] == [3, Unit.KELVIN, built]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"place": {"country": "IT"}}, r"Argument place: a Place has the fields .*missing: \['city'\]"),
        ({"place": {"city": "Rome", "zip": 1}}, r"Argument place: .*unknown: \['zip'\]"),
        ({"place": {"city": "Rome"}, "unit": "furlong"}, "Argument unit: 'furlong' is not a valid Unit"),
        ({"place": {"city": "Rome"}, "query": {"limit": 0}}, "Argument query: 2 validation errors for Query"),
    ],
)
def test_value_that_does_not_fit_its_type_is_explained(arguments: dict[str, Any], message: str) -> None:
    @tool
    def look(place: Place, unit: Unit = Unit.KELVIN, query: Query | None = None) -> str:
        """Look.

        Args:
            place: 1
            unit: 2
            query: 3
        """
        return place.city

    with pytest.raises(ValueError, match=message):
        look(**arguments)


def test_class_tool_gets_the_declared_types_too() -> None:
    class Look(Tool):
        name = "look"
        description = "Looks."
        inputs = {"place": {"type": "object", "description": "Where"}}
        output_type = "string"

        def forward(self, place: Place) -> str:
            return place.city

    assert Look()({"place": {"city": "Rome"}}) == Look()(place={"city": "Rome"}) == "Rome"


def test_description_keeps_its_paragraphs() -> None:
    @tool
    def act() -> None:
        """Act.

        With care.

        Example:
            act()
        """

    assert act.description == "Act.\n\nWith care.\n\nExample:\n    act()"
