"""The sections ``optimizer:`` and ``schedule:`` of a config that names a function of one's own."""

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidatorFunctionWrapHandler,
    WrapSerializer,
    WrapValidator,
    model_validator,
)

from mlpexp.config.optimization import AnyOptimizer, AnySchedule, OptimizerConfig, ScheduleConfig
from mlpexp.config.own_parts import REFERENCE, is_own, part_of, short_name
from mlpexp.config.strict import not_together
from mlpexp.errors import InputError

ARGUMENTS = 4  # parameter, gradient, state and rates; what follows are hyper-parameters


class OwnOptimizer(AnyOptimizer):
    """An optimizer of one's own; its keyword arguments with defaults are further keys."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, float] = Field(init=False)

    name: str = Field(pattern=REFERENCE.pattern)

    @model_validator(mode="before")
    @classmethod
    def _with_defaults(cls, section: dict[str, Any]) -> dict[str, Any]:
        """A hyper-parameter that is not given has its default; without the function the section is as it is written."""
        try:
            function = part_of(str(section["name"]), "optimizer").function
        except InputError:
            return section
        defaults = _defaults(function)
        for key in section:
            if key not in defaults and key not in cls.model_fields:
                names = ", ".join(defaults) or "none"
                message = f"{short_name(section['name'])} has no such argument; its hyper-parameters: {names}"
                raise not_together(key, message)
        return {**defaults, **section}

    def __hash__(self) -> int:
        return hash(frozenset(self.model_dump().items()))

    @property
    def numbers(self) -> Mapping[str, float]:
        """The hyper-parameters of the function."""
        return self.__pydantic_extra__


class OwnSchedule(AnySchedule):
    """A schedule of one's own."""

    name: str = Field(pattern=REFERENCE.pattern)


def _defaults(function: Callable[..., Any]) -> dict[str, float]:
    """The hyper-parameters of an optimizer with their defaults; what has no number as default is none."""
    arguments = list(inspect.signature(function).parameters.values())[ARGUMENTS:]
    numbers = {argument.name: argument.default for argument in arguments}
    return {name: float(value) for name, value in numbers.items() if type(value) in (int, float)}


def own_optimizer(section: object, built_in: ValidatorFunctionWrapHandler) -> object:
    """A section that names a function, or one of a built-in optimizer."""
    return OwnOptimizer.model_validate(section) if _names_own(section) else built_in(section)


def own_schedule(section: object, built_in: ValidatorFunctionWrapHandler) -> object:
    """Likewise for schedules."""
    return OwnSchedule.model_validate(section) if _names_own(section) else built_in(section)


def _names_own(section: object) -> bool:
    return isinstance(section, dict) and is_own(section.get("name"))


def dumped(section: Any, built_in: SerializerFunctionWrapHandler) -> Any:
    """As plain data: a section that names a function has the keys of that function."""
    return section.model_dump() if isinstance(section, (OwnOptimizer, OwnSchedule)) else built_in(section)


# A schema of the built-in sections alone, so that their mistakes are told as theirs; a type checker sees both.
if TYPE_CHECKING:
    OptimizerSection = OptimizerConfig | OwnOptimizer
    ScheduleSection = ScheduleConfig | OwnSchedule
else:
    OptimizerSection = Annotated[OptimizerConfig, WrapValidator(own_optimizer), WrapSerializer(dumped)]
    ScheduleSection = Annotated[ScheduleConfig, WrapValidator(own_schedule), WrapSerializer(dumped)]
