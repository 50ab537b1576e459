"""The MetaData that all tables of games hang on; the tables themselves stand beside the code that reads them."""

from sqlalchemy import MetaData

from chassis.db.tables import NAMING

metadata = MetaData(naming_convention=NAMING)
