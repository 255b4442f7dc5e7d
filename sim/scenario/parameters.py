"""Every number of the model, once: its name, symbol, default, unit, range, distribution and source.

A number marked *assumed* has no source behind it: it is swept, shown as assumed, never presented as evidence. Times
are hours, rates per hour, shares and trust 0 to 1. `Parameters` holds one value for each and reads like a record:

    p = Parameters().changed({"fading": 0.6})
    p.fading, p.gain            # a value of its own, a value derived by a formula
"""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from sim.errors import RippleError, did_you_mean

ASSUMED = "assumed"
DAY, YEAR = 24.0, 8760.0


@dataclass(frozen=True)
class Parameter:
    """One number of the model. `low` and `high` bound what is plausible and are what `distribution` is drawn from."""

    name: str
    symbol: str
    meaning: str
    default: float
    unit: str
    low: float
    high: float
    distribution: str  # uniform, log-uniform, beta, fixed
    source: str
    least: float = 0.0  # what makes sense at all; outside it a value is refused
    most: float = math.inf

    @property
    def assumed(self) -> bool:
        """True when no source stands behind the default."""
        return self.source.startswith(ASSUMED)


def _number(
    name: str,
    symbol: str,
    meaning: str,
    default: float,
    unit: str,
    source: str,
    span: tuple[float, float] | None = None,
    *,
    kind: str | None = None,
    least: float = 0.0,
    most: float = math.inf,
) -> Parameter:
    """A parameter; without a range of its own it has half to double (log-uniform), a share p has p/2 to (1+p)/2."""
    if unit == "share" or unit == "trust":
        most = min(most, 1.0)
        low, high = span or (default / 2, (1 + default) / 2)
        kind = kind or ("uniform" if span else "beta")
    else:
        low, high = span or (default / 2, default * 2)
        kind = kind or ("uniform" if span else "log-uniform")
    return Parameter(name, symbol, meaning, default, unit, low, high, kind, source, least, most)


def _fixed(
    name: str,
    symbol: str,
    meaning: str,
    default: float,
    unit: str,
    source: str,
    least: float = 0.0,
    most: float = math.inf,
) -> Parameter:
    """A convention rather than a quantity: it can be changed, but is not varied when parameters are drawn."""
    return Parameter(name, symbol, meaning, default, unit, default, default, "fixed", source, least, most)


_EDELMAN = "Edelman Trust Barometer 2022 (scale; middle values partly assumed)"
_PONEMON = "Ponemon 2018"
_ARVI = "Poortinga & Pidgeon 2004"
_RAGE = "National Customer Rage Survey 2020-23"
_SPROUT = "Sprout Social Index Q3 2017"
_REPLIES = "Huang et al. 2018 (airlines on Twitter: $20 under 6 min, $9 at 22 min, $2.33 over an hour)"
_PATIENCE = "fitted to Arise 2017 (50 % expect a reply within 1 h, 79 % within a day)"

SECTORS: Mapping[str, float] = MappingProxyType(
    {"bank": 0.60, "health": 0.66, "retail": 0.60, "technology": 0.70, "social_media": 0.44, "media": 0.50}
)

_SECTOR_PARAMETERS = [
    _number(
        f"trust_{s}", "B0", f"starting trust in a brand of the sector {s}", v, "trust", _EDELMAN, (v - 0.08, v + 0.08)
    )
    for s, v in SECTORS.items()
]

HAZARDS: Mapping[str, float] = MappingProxyType(  # kinds of acts that may come by chance: how often a year
    {"data_breach": 0.5, "data_misuse": 0.1, "shakeout": 0.5, "false_claim": 0.8, "outage": 2.0, "rude_reply": 1.0}
)

_HAZARD_RANGES = {"outage": (2.0, 8.0), "rude_reply": (1.0, 4.0)}  # a year; of those read against polls, E20


def _hazard(kind: str, times: float) -> Parameter:
    """How often a kind comes by chance; times: a year."""
    low, high = _HAZARD_RANGES.get(kind, (times / 2, 2 * times))
    meaning = f"how often {kind} comes by chance to a brand that is exposed to it"
    source = f"{ASSUMED}; read against polls of reputation (E20)" if kind in _HAZARD_RANGES else ASSUMED
    return _number(
        f"hazard_{kind}", "", meaning, times / YEAR, "1/h", source, (low / YEAR, high / YEAR), kind="log-uniform"
    )


_HAZARD_PARAMETERS = [_hazard(kind, times) for kind, times in HAZARDS.items()]

# fmt: off
_ALL: list[Parameter] = [
    # who the users are
    *_SECTOR_PARAMETERS,
    _number("trust_sd", "sd B0", "spread of starting trust over users", 0.15, "trust", ASSUMED, (0.08, 0.22)),
    _number("trust_correlation", "rho", "correlation of cognitive and affective trust", 0.6, "share", ASSUMED, (0.5, 0.7) ),
    _fixed("trust_lowest", "", "starting trust is cut here from below", 0.02, "trust", ASSUMED, most=1.0),
    _fixed("trust_highest", "", "starting trust is cut here from above", 0.98, "trust", ASSUMED, most=1.0),
    _number("cognitive_weight", "w", "weight of the cognitive side in own trust", 0.55, "share", "McAllister 1995", (0.4, 0.7)),
    _number("cognitive_weight_sd", "sd w", "spread of that weight over users", 0.08, "share", ASSUMED, (0.04, 0.16)),
    _fixed("cognitive_weight_lowest", "", "that weight is cut here from below", 0.2, "share", ASSUMED, most=1.0),
    _fixed("cognitive_weight_highest", "", "that weight is cut here from above", 0.9, "share", ASSUMED, most=1.0),
    _number("followers", "f", "share of users who follow the brand", 0.6, "share", ASSUMED, (0.2, 0.9)),
    _number("channel_share", "", "share of users who sit on a channel", 0.3, "share", ASSUMED),
    _number("employee_share", "", "share of users who work for the brand", 0.01, "share", ASSUMED, (0.005, 0.02)),
    _number("activity_median", "a", "opinion posts about the brand that a user in the middle might write", 4e-5, "1/h", "van Mierlo 2014 (a fifth post in a year)"),
    _number("activity_sigma", "", "sigma of log a over users", 2.99, "", "van Mierlo 2014 (the top 1 % write 74.7 %)", (2.5, 3.2)),
    _fixed("activity_most", "", "nobody posts more often than this", 2.0, "1/h", ASSUMED),
    _number("cohort_share", "", "share of users who are of the younger, more demanding cohort", 0.3, "share", ASSUMED),
    _number("cohort_patience", "", "factor on their patience", 0.5, "", f"{ASSUMED}; direction {_SPROUT}", (0.25, 1.0)),
    _number("cohort_expectation", "", "trust that they expect of a brand above the mean", 0.03, "trust", ASSUMED, (0.0, 0.06)),
    # talk
    _number("own_rate", "ka", "pull of expressed trust toward own trust", 0.0125, "1/h", ASSUMED, (0.00625, 0.025), kind="log-uniform"),
    _number("talk_rate", "ks", "pull of expressed trust toward those one listens to", 0.0125, "1/h", f"{ASSUMED}; ks/(ks+ka) within 0-.8", (0.0, 0.05)),
    _number("confidence", "eps", "people further apart in trust than this do not move each other; 1: everyone does", 1.0, "trust", f"{ASSUMED}; Deffuant et al. 2000", (0.2, 1.0)),
    # time
    _number("forget_gain", "tB", "time in which earned trust falls back toward where it started", 180 * DAY, "h", f"{_PONEMON}; {ASSUMED}", (90 * DAY, 720 * DAY), kind="log-uniform", least=1.0),
    _number("forget_record", "tH", "time in which the public forgets a violation", 365 * DAY, "h", ASSUMED, (180 * DAY, 730 * DAY), kind="log-uniform", least=1.0),
    _number("heal_competence", "tW", "healing time of wounds from failures of competence", 10 * DAY, "h", "Home Depot 2014 (YouGov BrandIndex)", (5 * DAY, 14 * DAY), least=1.0),
    _number("heal_moral", "tW", "healing time of wounds from breaches of integrity and from deception", 16 * DAY, "h", "United Airlines 2017 (YouGov BrandIndex)", (11 * DAY, 35 * DAY), least=1.0),
    _number("heal_scar", "tS", "healing time of scars", 20 * YEAR, "h", "Wells Fargo 2016-24 (Axios Harris, YouGov)", (10 * YEAR, 200 * YEAR), kind="log-uniform", least=1.0),
    # impressions
    _number("loss", "g-", "log of the trust lost to a negative act of magnitude 1", 1.07, "", f"{_PONEMON}: 79 % -> 27 % in a week, ln(79/27)", (0.5, 1.3)),
    _number("asymmetry", "A_d", "how much more a loss weighs than a gain, in one's own experience", 4.0, "", f"Slovic 1993; {_ARVI}", (2.0, 8.0), kind="log-uniform", least=0.1),
    _number("scar_competence", "s", "share of a loss that scars: competence", 0.08, "share", "Target 2013 (YouGov BrandIndex)", (0.0, 0.15)),
    _number("scar_integrity", "s", "share of a loss that scars: integrity", 0.25, "share", "Volkswagen 2015, Wells Fargo 2016", (0.15, 0.35)),
    _number("scar_deception", "s", "share of a loss that scars: deception", 0.5, "share", "Schweitzer, Hershey & Bradlow 2006", (0.3, 0.8)),
    _number("record_weight", "psi", "how much harder an act bites for each violation on record", 0.15, "", "Coombs 2004 (direction only); read against polls of reputation (E20)", (0.1, 0.6)),
    _fixed("record_least", "", "a public act at least this strong goes on record", 0.1, "", ASSUMED),
    _number("resistance", "chi", "how much people resist hearsay that contradicts their trust", 0.6, "", _ARVI, (0.0, 1.0), most=2.0),
    # speakers and the platform
    _number("credibility_peer", "k", "credibility of another user", 1.0, "", "Edelman 2012 (65 %)", (0.8, 1.2)),
    _number("credibility_expert", "k", "credibility of an expert", 1.0, "", "Edelman 2012 (66 %)", (0.8, 1.2)),
    _number("credibility_employee", "k", "credibility of an employee", 0.8, "", "Edelman 2012 (50 %)", (0.6, 1.0)),
    _number("credibility_brand", "k", "credibility of the brand itself", 0.6, "", "Edelman 2012 (38 %)", (0.4, 0.8)),
    _number("platform_trust", "", "trust in the platform, scales the credibility of what is met there", 1.0, "share", ASSUMED, (0.5, 1.0)),
    # exposure
    _number("reach_news", "", "share of its audience that meets a piece of news", 0.3, "share", ASSUMED, (0.1, 0.6)),
    _number("reach_post", "", "share of its audience that meets a post", 0.1, "share", ASSUMED, (0.03, 0.3)),
    _fixed("reach_response", "", "share of its audience that meets a response", 1.0, "share", ASSUMED, most=1.0),
    _number("delay_post", "", "mean time until a post is met", 6.0, "h", ASSUMED, (3.0, 12.0), least=0.01),
    _number("delay_news", "", "mean time until news that stays in view is met", 72.0, "h", "fitted to search interest in scandals", (36.0, 144.0), least=0.01),
    _fixed("daily_peak", "", "hour of the day at which most is read", 20.0, "h", ASSUMED, most=24.0),
    _number("daily_swing", "", "amplitude of the daily cycle of reading", 0.8, "share", ASSUMED, (0.4, 0.95), most=0.99 ),
    _number("fatigue_post", "", "fatigue that one post of the brand adds", 1.0, "posts", ASSUMED),
    _number("fatigue_repeat", "", "factor on it for a post that repeats the last one", 2.0, "", ASSUMED, (1.0, 4.0)),
    _number("fatigue_half", "U1", "fatigue that halves the gain from a post", 3.0, "posts", ASSUMED, least=0.01),
    _number("fatigue_time", "tU", "time in which fatigue fades", 48.0, "h", ASSUMED, least=0.1),
    # word of mouth
    _number("virality_mean", "V", "mean re-shares caused by one share of a user reached along a tie, user posts", 0.3, "", "fitted to Goel, Watts & Goldstein 2012", (0.2, 0.6)),
    _number("virality_sigma", "", "sigma of log V over user posts", 1.1, "", "fitted to Goel, Watts & Goldstein 2012", (1.0, 1.4)),
    _number("virality_fade", "d", "factor on the chance to share for each further hop", 0.7, "share", "fitted to Goel, Watts & Goldstein 2012", (0.4, 0.8)),
    _number("share_bias", "chi_s", "how much more people share what fits their trust", 0.6, "", _ARVI, (0.0, 1.0), most=2.0 ),
    _number("fading", "alpha", "factor on the dose heard for each further hop", 0.47, "share", "Christakis & Fowler 2007 (45, 20, 10 %)", (0.4, 0.65)),
    _number("hearsay", "g_h", "weight of hearsay against own experience", 1.0, "", f"{ASSUMED}; American Express barometers", (0.3, 2.0)),
    _number("hearsay_asymmetry", "A_h", "how much more bad hearsay weighs than good", 1.5, "", f"{ASSUMED}; Muchnik, Aral & Taylor 2013", (0.8, 2.5)),
    _number("share_soon", "", "share of re-shares that come within the hour", 0.5, "share", "Kwak et al. 2010", (0.45, 0.55) ),
    _number("share_today", "", "share of re-shares that come within a day, after the first hour", 0.25, "share", "Kwak et al. 2010", (0.2, 0.3)),
    _fixed("share_earliest", "", "the quickest re-share", 1 / 60, "h", "Kwak et al. 2010", least=1e-6),
    _fixed("share_hour", "", "end of the first piece of the delay", 1.0, "h", "Kwak et al. 2010", least=1e-3),
    _fixed("share_day", "", "end of the second piece of the delay", 24.0, "h", "Kwak et al. 2010", least=1e-3),
    _fixed("share_latest", "", "the slowest re-share", 168.0, "h", "Kwak et al. 2010", least=1e-3),
    # responses
    _number("repair", "eta0", "share of a wound that the best matched response at once repairs", 0.37, "share", "Ma & Zhan 2016 (r .23 of .54)", (0.2, 0.5)),
    _number("repair_time", "t_r", "delay after which a response repairs half as much", 12.0, "h", ASSUMED, (2.0, 72.0), kind="log-uniform", least=0.01),
    _number("told_product", "D0", "dose left of a failure of competence that the brand tells at once", 0.7, "share", f"{ASSUMED}; direction Claeys & Cauberghe 2012", (0.5, 1.0)),
    _number("told_moral", "D0", "dose left of a moral failure that the brand tells at once", 0.9, "share", f"{ASSUMED}; direction Beldad, van Laar & Hegner 2018", (0.5, 1.0)),
    _number("told_time", "", "delay after which telling first saves half as much", 48.0, "h", ASSUMED, least=0.01),
    _number("found_mean", "", "mean time until a hidden act is found out", 30 * DAY, "h", ASSUMED, least=0.01),
    _number("review_found_mean", "", "mean time until fake reviews are found out", 5000.0, "h", ASSUMED, least=0.01),
    _number("deception_repair", "", "a response repairs deception this much as well as the act behind it", 1 / 3, "share", f"{ASSUMED}; direction Schweitzer et al. 2006"),
    _number("repeat_window", "", "a further violation within this time halves what responses repair", 90 * DAY, "h", ASSUMED ),
    _number("repeat_repair", "", "factor on the repair then", 0.5, "share", ASSUMED),
    _number("compensation_virality", "", "factor on the virality of a story when compensation is paid", 1.5, "", ASSUMED, (1.0, 2.0)),
    _number("promise_repair", "", "factor on what responses repair while a promise is open", 1.5, "", f"{ASSUMED}; direction Schweitzer et al. 2006", (1.0, 2.0)),
    # what users post by themselves
    _number("opinion_size", "m_op", "magnitude of an opinion post and of praise", 0.01, "", ASSUMED, (0.01 / 3, 0.03), kind="log-uniform"),
    _fixed("opinion_cognitive", "", "cognitive share of an opinion post", 0.5, "share", ASSUMED, most=1.0),
    _number("advocate_width", "s_a", "spread in trust over which users begin to advocate", 0.08, "trust", ASSUMED, least=1e-3),
    _number("detractor_width", "s_d", "spread in trust over which users begin to detract", 0.08, "trust", ASSUMED, least=1e-3),
    # complaints
    _number("bad_size", "m_bad", "magnitude of a bad experience and of the complaint about it", 0.1, "", ASSUMED, (0.1 / 3, 0.3), kind="log-uniform"),
    _number("bad_rate", "l_bad", "bad experiences of a follower", 5e-6, "1/h", _RAGE),
    _number("bad_after_act", "", "chance that meeting an act that costs trust is a bad experience of one's own", 0.1, "share", ASSUMED),
    _fixed("bad_after_least", "", "an act at least this strong can be one", 0.1, "", ASSUMED),
    _fixed("bad_cognitive", "", "cognitive share of a bad experience", 0.5, "share", ASSUMED, most=1.0),
    _number("public_share", "p_c", "share of complaints made in public, without a feedback channel", 0.32, "share", _RAGE),
    _number("abusive_share", "", "share of public complaints that are abusive", 0.1, "share", ASSUMED),
    _number("abusive_size", "", "factor on the magnitude of an abusive complaint for those who hear it", 0.5, "share", ASSUMED),
    _number("moderation_share", "", "share of abusive complaints that moderation removes", 0.9, "share", ASSUMED),
    _number("ignored_after", "", "a complaint without an answer for so long is ignored", 24.0, "h", ASSUMED, least=0.01),
    _number("patience_median", "", "time of waiting that half of the complainers find too long", 1.0, "h", _PATIENCE, least=0.01),
    _number("patience_sigma", "", "sigma of log patience over complainers", 3.88, "", _PATIENCE, (3.0, 5.0), least=0.01),
    _number("waiting_wound", "g_w", "wound on the affective side that waiting adds to one out of patience", 0.02, "1/h", f"{ASSUMED}; read against {_REPLIES}"),
    # the desk
    _fixed("desk_agents", "c", "agents of a service desk", 1.0, "agents", ASSUMED, most=10_000.0),
    _number("desk_rate", "mu", "replies that an agent writes", 6.0, "1/h", ASSUMED, least=1e-3),
    _number("desk_answers", "", "share of complaints that a desk answers", 0.5, "share", "National Customer Rage Survey 2023 (49 % never get an answer)"),
    _number("reply_half", "", "delay at which a reply is worth half", 0.207, "h", f"fitted to {_REPLIES}", least=1e-3),
    _number("scripted_worth", "", "worth of a scripted reply against a good one", 0.5, "share", ASSUMED),
    _number("recovery_gain", "m_rec", "gain on the affective side when a first complaint is answered well at once", 0.1, "", f"{ASSUMED}; read against {_SPROUT}"),
    _number("praise_share", "", "share of complainers who praise a good reply in public", 0.45, "share", _SPROUT, (0.35, 0.55)),
    _number("ignored_repost", "", "share of ignored complainers who complain again, in public", 0.31, "share", _SPROUT, (0.2, 0.4)),
    _number("ignored_intent", "", "share of ignored complainers who intend to leave", 0.35, "share", _SPROUT, (0.25, 0.45)),
    _number("rude_size", "", "magnitude of a rude reply", 0.35, "", ASSUMED),
    _fixed("rude_cognitive", "", "cognitive share of a rude reply", 0.2, "share", ASSUMED, most=1.0),
    _number("rude_repost", "", "share of rudely answered complainers who complain again, in public", 0.41, "share", _SPROUT, (0.3, 0.5)),
    _number("rude_intent", "", "share of rudely answered complainers who intend to leave", 0.5, "share", _SPROUT, (0.4, 0.6)),
    _number("intent_to_leave", "kappa_b", "share of complainers who intend to leave and do so at once", 0.23, "share", "Ponemon 2017 (31 % say they leave, up to 7 % do)", (0.15, 0.4)),
    _number("clue", "p_clue", "chance that a deletion is noticed and becomes a story", 0.25, "share", f"{ASSUMED}; direction Liao et al. 2024", (0.05, 0.6)),
    _number("explained_clue", "", "factor on that chance when the brand explains what it deletes", 0.5, "share", f"{ASSUMED}; direction Liao et al. 2024, read against it (E13)", (0.1, 0.6), kind="beta"),
    _number("clue_size", "", "magnitude of that story against the complaint's", 1.5, "", ASSUMED, (1.0, 2.0)),
    _fixed("clue_cognitive", "", "cognitive share of that story", 0.5, "share", ASSUMED, most=1.0),
    # leaving and joining
    _number("churn", "h0", "rate at which followers who trust as much as they expect leave", 1.07e-4, "1/h", "Kwak, Chun & Moon 2011"),
    _number("churn_slope", "g_T", "log of the rise of that rate when trust falls from 1 to 0", 6.0, "", ASSUMED, (2.0, 10.0)),
    _number("alternatives_pull", "", "how far full choice of alternatives raises the trust that followers expect", 0.2, "trust", ASSUMED, (0.1, 0.4)),
    _number("join_gain", "j0", "chance to join for each unit of good word heard", 2e-3, "", ASSUMED),
    _number("word_time", "", "time in which word heard is forgotten", 504.0, "h", ASSUMED, least=1.0),
    _fixed("followers_highest", "", "the share of followers is cut here where it sets the rate of joining", 0.98, "share", ASSUMED, most=0.999),
    _number("stated_intent_scale", "", "dose at which 63 % say that they will leave", 1.15, "", "Ponemon 2017 (31 % of those told of a breach)"),
    # what the brand is like
    _number("preparedness_speed", "", "a fully prepared brand answers 1 plus this many times as fast", 3.0, "", ASSUMED, (1.0, 5.0)),
    _number("openness_posts", "", "posts of employees of a brand that lets all of them speak", 2 / DAY, "1/h", ASSUMED),
    _number("openness_slips", "", "slips of theirs, off-brand posts and rude replies", 0.1 / DAY, "1/h", ASSUMED),
    _fixed("slip_rude", "", "share of slips that are rude replies", 0.5, "share", ASSUMED, most=1.0),
    *_HAZARD_PARAMETERS,
    # what is counted
    _fixed("advocate_distance", "theta_a", "an advocate stands this far above the brand's baseline", 0.25, "trust", ASSUMED, most=1.0),
    _fixed("detractor_distance", "theta_d", "a detractor stands this far below it", 0.25, "trust", ASSUMED, most=1.0),
    _fixed("worst_share", "", "share of users who count as the worst off", 0.05, "share", "convention", least=1e-6, most=1.0),
    _fixed("storm_share", "", "a story heard by more than this share of users is a storm", 0.1, "share", "convention", most=1.0),
]
# fmt: on

PARAMETERS: Mapping[str, Parameter] = MappingProxyType({p.name: p for p in _ALL})

DERIVED: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {  # name: symbol, meaning, formula
        "gain": ("g+", "log-gain of a positive act of magnitude 1", "loss / asymmetry"),
    }
)

if TYPE_CHECKING:

    class Numbers:
        """Every parameter and derived value is a float attribute."""

        _fields: tuple[str, ...]

        def __init__(self, **values: float) -> None: ...

        def __getattr__(self, name: str) -> float: ...

else:
    Numbers = namedtuple("Numbers", [*PARAMETERS, *DERIVED])
    Numbers.__doc__ = "All parameters and derived values as floats, in the form the compiled loops take."


class Parameters(Mapping[str, float]):
    """One value for every parameter; immutable. Missing ones have their defaults.

    Raises RippleError for an unknown name, a value that is no finite number, or one outside what makes sense.
    """

    def __init__(self, values: Mapping[str, float] | None = None):
        values = dict(values or {})
        for name, value in values.items():
            problem = why_refused(name, value)
            if problem:
                raise RippleError(f"parameters.{name}: {problem}")
        self._values = {name: float(values.get(name, p.default)) for name, p in PARAMETERS.items()}

    def changed(self, values: Mapping[str, float]) -> Parameters:
        """A copy with other values for some names."""
        return Parameters({**self._values, **values})

    @property
    def own_choices(self) -> dict[str, float]:
        """The values that differ from the defaults."""
        return {name: v for name, v in self._values.items() if v != PARAMETERS[name].default}

    def numbers(self) -> Numbers:
        """The record the compiled loops take: every parameter, then the derived values."""
        return Numbers(**self._values, gain=self._values["loss"] / self._values["asymmetry"])

    def __getitem__(self, name: str) -> float:
        return self._values[name]

    def __getattr__(self, name: str) -> float:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return getattr(self.numbers(), name)
        except AttributeError:
            raise AttributeError(f"no parameter '{name}'{did_you_mean(name, Numbers._fields)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Parameters({self.own_choices})"


def why_refused(name: str, value: object) -> str:
    """Why a parameter cannot have this value, in words that follow `parameters.NAME:`; empty when it can."""
    if name not in PARAMETERS:
        return f"'{name}' is not a parameter{did_you_mean(name, PARAMETERS)}"
    p = PARAMETERS[name]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return f"{value!r} is not a number"
    if not p.least <= value <= p.most:
        unit = f" {p.unit}" if p.unit and p.unit not in ("share", "trust") else ""
        bounds = f"{p.least:g} to {p.most:g}{unit}" if math.isfinite(p.most) else f"{p.least:g}{unit} or more"
        return f"{value:g} is outside what makes sense ({bounds}; plausible: {p.low:g} to {p.high:g})"
    return ""
