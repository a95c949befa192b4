package own;

import org.jooq.codegen.JavaGenerator;
import org.jooq.codegen.JavaWriter;
import org.jooq.meta.TableDefinition;

/** A generator that knows nothing of the cache. */
public class OwnGenerator extends JavaGenerator {

    /** Makes a generator. */
    public OwnGenerator() {}

    @Override
    protected void generateTableClassFooter(TableDefinition table, JavaWriter out) {
        out.println("// by the own generator");
    }
}
