def log = new File(basedir, "build.log").text
assert log.contains("cache/tables/table/expireAfterwrite is not known; allowed in cache/tables/table: includeExpression, excludeExpression, expireAfterWrite, maximumRows")
assert !new File(basedir, "target/generated-sources").exists()
