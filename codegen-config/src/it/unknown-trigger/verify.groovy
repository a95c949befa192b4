def log = new File(basedir, "build.log").text
assert log.contains("trigger audit on public.book: made in src/main/resources/db/migration/V2__audit.sql:10")
assert log.contains("<trigger><table>public.book</table><writes><table>...</table></writes></trigger>")
assert log.contains("<routine><name>log_book</name>")
assert log.contains("<onUnknown>WARN</onUnknown>")
