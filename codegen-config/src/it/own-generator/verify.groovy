def generated = new File(basedir, "target/generated-sources/jooq/com/example/db")
assert new File(generated, "tables/OwnBook.java").text.contains("// by the own generator")
def model = new File(generated, "PublicCacheModel.java").text
assert model.contains("import static com.example.db.tables.OwnBook.OWN_BOOK;")
assert model.contains("TableModel.of(TableName.of(OWN_BOOK), TableModel.Kind.TABLE)")
