# make demo and make psql share a lasting server; PG_MAJOR=15..18 chooses its version.
.PHONY: help build demo psql stop test test-all lint bench soak fuzz clean

help:
	@echo 'make demo      build, and play one change from request to approval'
	@echo 'make psql      psql on the database of the demonstration'
	@echo 'make stop      stop the server of the demonstration'
	@echo 'make test      all tests with PostgreSQL 18; T="name ..." for some of them'
	@echo 'make test-all  all tests with PostgreSQL 15, 16, 17 and 18'
	@echo 'make lint      rustfmt, clippy and pgspot'
	@echo 'make bench     measure the speed'
	@echo 'make soak      the long forms of tests: random steps and SQL, hostile input, fuzzing, servers that are killed (hours)'
	@echo 'make fuzz      libFuzzer on what is read: definitions, calendars, texts (20 minutes)'
	@echo 'make build     compile and install into the private server'
	@echo 'make clean     remove all that these made'
	@echo
	@echo 'PG_MAJOR=16 make ...                 with another private PostgreSQL'
	@echo 'PG_CONFIG=/path/to/pg_config make ...  with a copy of an installed one'
	@echo 'V=1 make ...                         with the output of compilers and downloads'

build:
	@tools/build

demo:
	@tools/demo

psql:
	@tools/server psql

stop:
	@tools/server stop

test:
	@tools/test $(T)

test-all:
	@tools/test-all

lint:
	@tools/test lint

bench:
	@tools/bench

soak:
	@CW_SEQUENCES=10000 CW_PROGRAMS=20000 tools/test properties twin
	@CW_SECONDS=600 tools/test history
	@CW_LONG=1 tools/test recovery
	@CW_HOSTILE_CASES=100000 tools/test engine
	@CW_CALLS=300 CW_QUERIES=10000 CW_FETCH=1 CW_ROWS=1000000 CW_STOPS=4 CW_FAULTS=1 CW_SEED=$${CW_SEED:-$$(date +%s)} tools/test hostile
	@tools/fuzz

fuzz:
	@tools/fuzz

clean:
	@tools/clean
