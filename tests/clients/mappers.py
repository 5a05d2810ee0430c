"""Object-relational mappers with optimistic locking, which take a wrong row count for another's change."""

import os
from decimal import Decimal

import django
import psycopg
import sqlalchemy as sa
from django.conf import settings
from sqlalchemy import orm

HOST, DATABASE = os.environ["PGHOST"], os.environ["PGDATABASE"]

settings.configure(
    INSTALLED_APPS=[], USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={n: {"ENGINE": "django.db.backends.postgresql", "HOST": HOST, "NAME": DATABASE, "USER": n if n != "default" else "alice"}
               for n in ("default", "bob")})
django.setup()

from django.contrib.postgres.fields import ArrayField  # noqa: E402
from django.db import DatabaseError, connections, models, transaction  # noqa: E402


class _Base(orm.DeclarativeBase):
    pass


class _Customer(_Base):
    __tablename__ = "shop_customer"
    id: orm.Mapped[int] = orm.mapped_column(sa.BigInteger, primary_key=True)
    name: orm.Mapped[str]
    credit_limit: orm.Mapped[Decimal | None] = orm.mapped_column(sa.Numeric(12, 2))
    payment_terms: orm.Mapped[str | None]
    version: orm.Mapped[int] = orm.mapped_column()
    __mapper_args__ = {"version_id_col": version}


class _Shop(models.Model):
    id = models.BigIntegerField(primary_key=True)
    name = models.TextField()
    credit_limit = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    payment_terms = models.TextField(null=True)
    tags = ArrayField(models.TextField())
    version = models.IntegerField(default=1)

    class Meta:
        app_label = "shop"
        db_table = "shop_customer"
        managed = False


def _engine(user):
    return sa.create_engine(f"postgresql+psycopg://{user}@/{DATABASE}?host={HOST}", poolclass=sa.NullPool)


def _approve_all():
    """Submits as alice what she has proposed, and approves it as bob."""
    with psycopg.connect(host=HOST, dbname=DATABASE, user="alice", autocommit=True) as db:
        ids = [r[0] for r in db.execute("SELECT id FROM customer_workflow.proposals WHERE relation = 'shop_customer'::regclass AND status = 'not_submitted'")]
        db.execute("SELECT customer_workflow.submit_many(%s)", (ids,))
    with psycopg.connect(host=HOST, dbname=DATABASE, user="bob", autocommit=True) as db:
        return [r[0] for r in db.execute("SELECT outcome FROM customer_workflow.approve_many(%s)", (ids,))]


def sqlalchemy_unit_of_work():
    """A flush of changed objects, some fields protected: no StaleDataError, and refresh shows what is stored."""
    with orm.Session(_engine("alice")) as session:
        first, second = session.get_one(_Customer, 1), session.get_one(_Customer, 2)
        first.credit_limit, first.name = Decimal(5000), "Alpha & Co"
        second.payment_terms = "N14"
        session.commit()
        session.refresh(first)
        assert (first.name, first.credit_limit, first.version) == ("Alpha & Co", Decimal(1000), 2), vars(first)


def sqlalchemy_version_column():
    """The version column moves with the approval, so that a form opened before it meets the optimistic lock."""
    with orm.Session(_engine("alice")) as form, orm.Session(_engine("alice")) as editor:
        opened = form.get_one(_Customer, 3)
        editor.get_one(_Customer, 3).credit_limit = Decimal(9999)
        editor.commit()
        form.refresh(opened)
        assert _approve_all() == ["applied"]
        opened.name = "Gamma & Sons"
        try:
            form.commit()
            raise AssertionError("a stale form was saved")
        except orm.exc.StaleDataError:
            form.rollback()
        form.refresh(opened)
        assert opened.credit_limit == Decimal(9999)


def sqlalchemy_bulk_and_returning():
    """UPDATE by a list of values, and ORM-enabled UPDATE with RETURNING."""
    with orm.Session(_engine("alice")) as session:
        session.execute(sa.update(_Customer), [{"id": 1, "payment_terms": "N1", "version": 1}, {"id": 2, "payment_terms": "N2", "version": 1}])
        found = session.scalars(sa.update(_Customer).where(_Customer.id == 3).values(credit_limit=1).returning(_Customer.credit_limit)).all()
        assert found == [Decimal(3000)], found
        session.commit()
    assert _approve_all() == ["applied"] * 3


def sqlalchemy_upsert():
    """INSERT … ON CONFLICT DO UPDATE as an import writes it."""
    from sqlalchemy.dialects.postgresql import insert

    with orm.Session(_engine("alice")) as session:
        rows = [{"id": 1, "name": "Alpha", "credit_limit": 77, "version": 1}, {"id": 9, "name": "New", "credit_limit": 88, "version": 1}]
        statement = insert(_Customer).values(rows)
        statement = statement.on_conflict_do_update(index_elements=["id"], set_={"credit_limit": statement.excluded.credit_limit})
        session.execute(statement)
        session.commit()
        limits = dict(session.execute(sa.select(_Customer.id, _Customer.credit_limit).where(_Customer.id.in_([1, 9]))).all())
        assert limits == {1: Decimal(1000), 9: Decimal(88)}, limits
    assert _approve_all() == ["applied"]


def django_saves_whole_rows():
    """save() writes every column: what carries its stored value proposes nothing, force_update does not miss its row."""
    shop = _Shop.objects.get(id=1)
    shop.name, shop.credit_limit = "Alpha Ltd", Decimal(4321)
    shop.save(force_update=True)
    shop.refresh_from_db()
    assert (shop.name, shop.credit_limit) == ("Alpha Ltd", Decimal(1000))
    shop.save()
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT field, proposed_value FROM customer_workflow.proposed_changes WHERE relation = 'shop_customer'::regclass"
                       " AND status = 'not_submitted'")
        assert cursor.fetchall() == [("credit_limit", "4321.00")]


def django_locks_and_counts():
    """select_for_update, F expressions, and update() with its count as optimistic lock."""
    with transaction.atomic():
        shop = _Shop.objects.select_for_update().get(id=2)
        assert _Shop.objects.filter(id=2, version=shop.version).update(credit_limit=models.F("credit_limit") * 2, version=shop.version + 1) == 1
    assert _Shop.objects.filter(id=2, version=1).update(name="lost") == 0
    assert _approve_all() == ["applied"]
    found = _Shop.objects.values_list("credit_limit", "version").get(id=2)
    assert found == (Decimal(4000), 3), found


def django_bulk_update():
    """bulk_update() writes one UPDATE with CASE."""
    shops = list(_Shop.objects.order_by("id"))
    for shop in shops:
        shop.payment_terms, shop.name = f"N{shop.id}", shop.name.upper()
    assert _Shop.objects.bulk_update(shops, ["payment_terms", "name"]) == 3
    assert list(_Shop.objects.order_by("id").values_list("name", "payment_terms")) == [("ALPHA", "N30"), ("BETA", "N30"), ("GAMMA", "N60")]
    assert _approve_all() == ["applied"] * 3
    assert list(_Shop.objects.order_by("id").values_list("payment_terms", flat=True)) == ["N1", "N2", "N3"]


def django_sees_errors():
    """An error of ours is a DatabaseError with its SQLSTATE, and leaves the connection usable after the atomic block."""
    try:
        with transaction.atomic(), connections["default"].cursor() as cursor:
            cursor.execute("SELECT customer_workflow.submit(%s)", [2_000_000_000])
        raise AssertionError("there is no such proposal")
    except DatabaseError as error:
        assert error.__cause__.sqlstate == "P0002", error
    assert _Shop.objects.count() == 3
