"""How the library is sorted: topics, readers, and the claims about trust that its scenarios show.

A scenario file says `topic`, `readers` and `shows`; `ripple list` and scenarios/README.md are written from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# topic -> its heading, in the order of the shelf
TOPICS: Mapping[str, str] = MappingProxyType(
    {
        "crisis": "When something goes wrong",
        "complaints": "Complaints and the service desk",
        "content": "What a brand posts",
        "people": "Who speaks for a brand",
        "policy": "Rules, promises and preparation",
        "market": "Growth and competition",
    }
)

# reader -> what each comes for
READERS: Mapping[str, str] = MappingProxyType(
    {
        "researcher": "mechanisms to vary and to test",
        "educator": "effects to show in a lesson",
        "strategist": "responses and policies to choose from",
    }
)

# the claims that the model is built on; each is shown by a scenario of the library at least
CLAIMS: tuple[str, ...] = (
    "Trust takes long to earn and is lost in a split second",
    "Regaining trust is near impossible",
    "You convince the customer, their friends and their friends' friends",
    "A minor critique can snowball into a scandal",
    "A few hours of waiting make people feel undervalued",
    "A PR nightmare can turn into a success with one timely, well-thought-out response",
    "Volunteer the information before it is found out",
    "Do not silence critics",
    "Trust is cognitive and emotional",
    "Consistency and reliability build trust",
    "Own up to mistakes",
    "Clear guidelines, active moderation",
    "Real people, not faceless brands",
    "One-to-one talk beats one-to-many broadcast",
    "A few tools used well beat many",
    "Be prepared for what can go wrong",
    "Loosen control without losing it",
    "Two-way feedback",
    "Trust raises engagement, advocacy and growth",
    "Sectors differ; social media is trusted less than health or finance",
    "Online, a company has to convince twice as hard; the platform itself is distrusted",
    "Keep your promises; clear privacy policies, openness about algorithms",
    "Repetitive or off-brand content tires",
    "There are plenty of alternatives; younger people expect more",
)
