def page = new File(basedir, "target/jooq-cache/index.html").text
assert page.contains("report-and-verify: what depends on what")
assert page.contains("rule for public.author: expireAfterWrite PT10M")
def parser = javax.xml.parsers.DocumentBuilderFactory.newInstance().newDocumentBuilder()
assert parser.parse(new ByteArrayInputStream(page.getBytes("UTF-8"))).getElementsByTagName("section").length == 3
assert new File(basedir, "target/jooq-cache/index.md").text.contains("| DELETE | author → (foreign key of book) → book |")
def log = new File(basedir, "build.log").text
assert log.contains("com.example.db.PublicCacheModel describes jdbc:h2:mem:live")
assert log.contains("com.example.db.PublicCacheModel does not describe jdbc:h2:mem:live")
assert log.contains("+ public.copy foreign key [book_id]: public.book [id] on delete CASCADE")
assert log.contains("- public.listing: view")
assert log.contains("~ public.book.author_id: integer NONE -> bigint NONE")
assert !log.contains("public.note")
assert log.contains("the model com.example.db.OtherCacheModel is not compiled in")
