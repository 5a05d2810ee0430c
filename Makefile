.PHONY: help build

help:
	@echo 'make build   compile the extension and install it into a private PostgreSQL under target/'

build:
	@tools/build
