def generated = new File(basedir, "target/generated-sources/jooq/com/example/db")
def model = new File(generated, "PublicCacheModel.java").text
assert model.contains("CacheRule.of(TableName.of(AUDIT_LOG)).exclude()")
assert new File(generated, "tables/Book.java").exists()
// jOOQ's own files are as its plugin left them.
assert new File(generated, "tables/Book.java").lastModified() < new File(generated, "PublicCacheModel.java").lastModified()
