def model = new File(basedir, "target/generated-sources/jooq/com/example/db/DefaultSchemaCacheModel.java").text
assert model.contains("tableBook()")
assert model.contains("ForeignKeyModel.Action.CASCADE")
assert model =~ /model\.version\("2 \([0-9a-f]{8}\)"\)/
assert model.contains("Duration.parse(\"PT10M\")")
assert new File(basedir, "target/classes/com/example/db/DefaultSchemaCacheModel.class").exists()
