"""Lists in their publishers' formats, with people who do not exist."""

from collections.abc import Callable
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from verification.application.listed import (
    BadList,
    Birth,
    ListedEntity,
    ListedName,
    checked,
    from_document,
    to_document,
)
from verification.strategies.lists.ofac.sdn import births
from verification.strategies.lists.registry import FORMATS
from verification.strategies.lists.un.consolidated import spellings

Write = Callable[[str, str | bytes], Path]

SDN = (
    '36,"EXAMPLE AIRLINES",-0- ,"TEST",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n'
    '37,"DOE, John ""Jack""","individual","TEST] [TEST2","Boss",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,'
    "\"DOB 25 Oct 1961; alt. DOB circa 1960; POB Nowhere; a.k.a. 'THE FOX'; f.k.a. 'OLD FOX'.\"\r\n"
    "\x1a\r\n"
)
ALT = '37,1,"aka","DOE, Johnny",-0- \n37,2,"fka","ROE, John",-0- \n99,3,"nka","NEMO, Captain",-0- \n'
SUBJECTS = "unique_id,subject_type,un_reference_number\nXYZ0001,individual,\nXYZ0002,ship,\n"
NAMES = (
    "name_id,unique_id,name_type,alias_strength,full_name\n"
    "0,XYZ0001,primary,,Jane  ROE\n1,XYZ0001,alias,low_quality_aka,Janie\n"
    "2,XYZ0001,primary_variation,,ROE Jane\n3,XYZ0002,primary,,NOWHERE STAR\n"
)
DOBS = (
    "dob_id,unique_id,year,month,day\n"
    "0,XYZ0001,1970,02,28\n1,XYZ0001,1971,,\n2,XYZ0001,1972,04,\n3,XYZ0001,1973,02,30\n"
)
UN = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-01-01">
 <INDIVIDUALS><INDIVIDUAL>
  <DATAID>1</DATAID><FIRST_NAME>JANE </FIRST_NAME><SECOND_NAME>ROE</SECOND_NAME><UN_LIST_TYPE>Test</UN_LIST_TYPE>
  <REFERENCE_NUMBER>TEi.001</REFERENCE_NUMBER><NAME_ORIGINAL_SCRIPT>Джейн Роу</NAME_ORIGINAL_SCRIPT>
  <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Jane Row; Jayne Roe (珍)</ALIAS_NAME></INDIVIDUAL_ALIAS>
  <INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Janie</ALIAS_NAME></INDIVIDUAL_ALIAS>
  <INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
  <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1970-02-28</DATE></INDIVIDUAL_DATE_OF_BIRTH>
  <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1966</YEAR></INDIVIDUAL_DATE_OF_BIRTH>
  <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1960</FROM_YEAR><TO_YEAR>1962</TO_YEAR>
  </INDIVIDUAL_DATE_OF_BIRTH>
  <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><NOTE>Nov. 1973 </NOTE></INDIVIDUAL_DATE_OF_BIRTH>
  <INDIVIDUAL_DATE_OF_BIRTH/>
 </INDIVIDUAL></INDIVIDUALS>
 <ENTITIES><ENTITY>
  <DATAID>2</DATAID><FIRST_NAME>NOWHERE &amp; SONS</FIRST_NAME><REFERENCE_NUMBER>TEe.001</REFERENCE_NUMBER>
  <ENTITY_ALIAS><QUALITY>f.k.a.</QUALITY><ALIAS_NAME>Nowhere Brothers</ALIAS_NAME></ENTITY_ALIAS>
 </ENTITY></ENTITIES>
</CONSOLIDATED_LIST>
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


def read(kind: str, path: Path) -> list[ListedEntity]:
    return list(checked(FORMATS[kind].parse(path)))


def test_an_sdn_file_is_read(write: Write) -> None:
    airline, person = read("ofac-sdn", write("sdn.csv", SDN))
    assert (airline.entity_id, airline.entity_type, airline.primary) == ("36", "entity", "EXAMPLE AIRLINES")
    assert person.names == (
        ListedName('DOE, John "Jack"', "primary"),
        ListedName("THE FOX", "alias", weak=True),
        ListedName("OLD FOX", "former", weak=True),
    )
    assert [str(birth) for birth in person.births] == ["1961-10-25", "1959/1961"]
    assert person.programmes == ("TEST", "TEST2")


@pytest.mark.parametrize(
    ("remarks", "expected"),
    [
        ("DOB 1961.", ["1961"]),
        ("DOB Oct 1961; x", ["1961-10-01/1961-10-31"]),
        ("DOB 1971 to 1973; nationality Nowhere", ["1971/1973"]),
        ("DOB 01 Jan 1960 to 31 Dec 1962.", ["1960/1962"]),
        ("DOB Dec 1960 to Jan 1961", ["1960-12-01/1961-01-31"]),
        ("DOB circa 1960-1962.", ["1959/1963"]),
        ("DOB circa 05 May 1960", ["1959/1961"]),
        ("DOB 31 Feb 1960; alt. DOB 1961", ["1961"]),
        ("DOB 1973 to 1971", []),
        ("POB Dobrovo; Linked To: DOB 12", []),
        ("nationality DOB 1960", []),
    ],
)
def test_births_are_found_in_remarks(remarks: str, expected: list[str]) -> None:
    assert [str(birth) for birth in births(remarks)] == expected


def test_an_alt_file_is_read(write: Write) -> None:
    doe, nemo = read("ofac-alt", write("alt.csv", ALT))
    assert doe.names == (ListedName("DOE, Johnny", "alias"), ListedName("ROE, John", "former"))
    assert (nemo.entity_id, nemo.entity_type) == ("99", "unknown")


def test_the_three_uk_files_are_read_together(write: Write) -> None:
    write("uk_subject_names_1.csv", NAMES)
    write("uk_subject_dobs_1.csv", DOBS)
    person, ship = read("uk", write("uk_subjects_1.csv", SUBJECTS))
    assert person.names[1] == ListedName("Janie", "alias", weak=True)
    assert person.primary == "Jane ROE"
    assert [str(birth) for birth in person.births] == ["1970-02-28", "1971", "1972-04-01/1972-04-30", "1973"]
    assert person.programmes == ("XYZ",)
    assert ship.entity_type == "vessel"


def test_the_un_file_is_read(write: Write) -> None:
    person, firm = read("un", write("un.xml", UN))
    assert [name.text for name in person.names] == ["JANE ROE", "Джейн Роу", "Jane Row", "珍", "Jayne Roe", "Janie"]
    assert [name.weak for name in person.names] == [False, False, False, False, False, True]
    assert [str(birth) for birth in person.births] == ["1970-02-28", "1965/1967", "1960/1962", "1973"]
    assert (firm.entity_id, firm.primary, firm.names[1].kind) == ("TEe.001", "NOWHERE & SONS", "former")


def test_remarks_in_an_alias_are_no_part_of_the_name() -> None:
    assert spellings("Jane Roe, born 1 Jan. 1953 (Nowhere passport no. 1)") == ["Jane Roe"]
    assert spellings("J. Roe b) Jane Roe c) Janie") == ["J. Roe", "Jane Roe", "Janie"]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("ofac-sdn", ""),
        ("ofac-sdn", "\x1a\r\n"),
        ("ofac-sdn", "<html>Service unavailable</html>"),
        ("ofac-sdn", SDN + SDN),
        ("ofac-sdn", SDN[:-40]),
        ("ofac-sdn", SDN.replace('"individual"', '"centaur"')),
        ("ofac-sdn", SDN.replace("37,", "x37,")),
        ("ofac-sdn", SDN.replace('"EXAMPLE AIRLINES"', "-0- ")),
        ("ofac-sdn", SDN.replace("EXAMPLE AIRLINES", "E" * 501)),
        ("ofac-sdn", SDN.replace("EXAMPLE", "EX\x00MPLE")),
        ("ofac-sdn", SDN.encode("utf-16")),
        ("ofac-sdn", ALT),
        ("ofac-alt", SDN),
        ("ofac-alt", ALT.replace("fka", "xka")),
        ("ofac-alt", ALT + ALT),
        ("un", ""),
        ("un", UN[:-30]),
        ("un", UN.replace("CONSOLIDATED_LIST", "OTHER")),
        ("un", "<CONSOLIDATED_LIST/>"),
        ("un", UN.replace("<FIRST_NAME>JANE </FIRST_NAME><SECOND_NAME>ROE</SECOND_NAME>", "")),
        ("un", UN.replace("TEe.001", "TEi.001")),
        ("un", UN.replace('"UTF-8"?>', '"UTF-8"?><!DOCTYPE x [<!ENTITY a "aaaa">]>')),
        ("un", UN.replace("<INDIVIDUALS>", "<A>" * 20 + "<INDIVIDUALS>")),
        ("un", SDN),
    ],
)
def test_a_file_that_is_no_list_of_its_kind_is_refused(kind: str, content: str | bytes, write: Write) -> None:
    with pytest.raises(BadList):
        read(kind, write("list", content))


@pytest.mark.parametrize("missing", ["uk_subjects_1.csv", "uk_subject_names_1.csv", "uk_subject_dobs_1.csv"])
def test_a_uk_list_with_a_file_missing_is_refused(missing: str, write: Write, tmp_path: Path) -> None:
    write("uk_subject_names_1.csv", NAMES)
    write("uk_subject_dobs_1.csv", DOBS)
    write("uk_subjects_1.csv", SUBJECTS)
    (tmp_path / missing).rename(tmp_path / "elsewhere.csv")
    path = tmp_path / ("elsewhere.csv" if missing == "uk_subjects_1.csv" else "uk_subjects_1.csv")
    with pytest.raises(BadList):
        list(FORMATS["uk"].files(path))
    with pytest.raises(BadList):
        read("uk", path)


def test_a_uk_list_without_a_subject_for_a_name_is_refused(write: Write) -> None:
    write("uk_subject_names_1.csv", NAMES + "9,XYZ0009,primary,,Nobody\n")
    write("uk_subject_dobs_1.csv", DOBS)
    with pytest.raises(BadList):
        read("uk", write("uk_subjects_1.csv", SUBJECTS))


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("subjects", SUBJECTS.replace("ship", "centaur")),
        ("subjects", SUBJECTS.replace("unique_id", "id")),
        ("subjects", SUBJECTS + "XYZ0003,individual\n"),
        ("subjects", SUBJECTS + "XYZ0003,individual,,,\n"),
        ("subjects", SUBJECTS + "XYZ0003,individual,\n"),
        ("subjects", SUBJECTS + ",individual,\n"),
        ("subjects", SUBJECTS.encode("utf-16")),
        ("subjects", SUBJECTS + '"unclosed'),
        ("subject_names", NAMES.replace("primary_variation", "nickname")),
        ("subject_names", NAMES.replace("full_name", "name")),
        ("subject_names", NAMES.replace("Jane  ROE", " ").replace("ROE Jane", "").replace("Janie", "")),
        ("subject_dobs", DOBS.replace("month", "moon")),
    ],
    ids=[
        "a type nobody knows",
        "a column missing",
        "a field too few",
        "a field too many",
        "no name",
        "no id",
        "no text",
        "no CSV",
        "a type of name nobody knows",
        "a column of names missing",
        "names without letters",
        "a column of dates missing",
    ],
)
def test_uk_files_that_are_not_what_they_should_be_are_refused(file: str, content: str | bytes, write: Write) -> None:
    good = {"subjects": SUBJECTS, "subject_names": NAMES, "subject_dobs": DOBS}
    paths = {name: write(f"uk_{name}_1.csv", text) for name, text in {**good, file: content}.items()}
    with pytest.raises(BadList):
        read("uk", paths["subjects"])


@pytest.mark.parametrize("year", ["", "0", "unknown", "19700", "\u00b2", "-1"])
def test_a_year_that_is_none_leaves_the_birth_open(year: str, write: Write) -> None:
    write("uk_subject_names_1.csv", NAMES)
    write("uk_subject_dobs_1.csv", f"dob_id,unique_id,year,month,day\n0,XYZ0001,{year},01,01\n")
    person, _ = read("uk", write("uk_subjects_1.csv", SUBJECTS))
    assert person.births == ()


@pytest.mark.parametrize("date", ["1970-02-30", "spring of 1970", "0000-01-01"])
def test_a_un_date_the_calendar_does_not_know_leaves_the_birth_open(date: str, write: Write) -> None:
    person, _ = read("un", write("un.xml", UN.replace("1970-02-28", date)))
    assert [str(birth) for birth in person.births] == ["1965/1967", "1960/1962", "1973"]


def test_an_entity_is_stored_and_read_back() -> None:
    entity = ListedEntity(
        entity_id="1",
        entity_type="individual",
        names=(ListedName("Jane Roe", "primary"), ListedName("Janie", "alias", weak=True)),
        births=(Birth.on(date(1970, 2, 28)), Birth.of_years(1960, 1962)),
        programmes=("TEST",),
    )
    assert from_document("1", to_document(entity)) == entity


def test_the_content_hash_changes_with_content_alone() -> None:
    names = (ListedName("Jane Roe", "primary"), ListedName("Janie", "alias"))
    entity = ListedEntity(entity_id="1", entity_type="individual", names=names, births=(Birth.of_year(1970),))
    shuffled = ListedEntity(
        entity_id="1", entity_type="individual", names=names[::-1], births=(Birth.of_year(1970),), programmes=("NEW",)
    )
    renamed = entity.joined_by([ListedName("Jane Row", "alias")])
    assert entity.content_hash == shuffled.content_hash
    assert entity.content_hash != renamed.content_hash
    assert entity.joined_by(names) == entity


def test_the_list_that_ships_is_about_nobody() -> None:
    path = Path(str(files("verification") / "data" / "demo_sdn.csv"))
    entities = read("ofac-sdn", path)
    assert all(entity.programmes[0] == "FICTION" and int(entity.entity_id) > 90_000_000 for entity in entities)
