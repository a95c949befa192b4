package dev.jooqcache.mutants;

import dev.jooqcache.testing.Database;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;

/**
 * The library, with edits or without, and the tests, loaded anew.
 *
 * <p>The edited sources are compiled in memory against the classes of this build. All classes of this project are loaded
 * from them, so a test that is run here runs against the edited library. Only {@link Database} is the one of this JVM,
 * for the servers that it has started.
 */
final class Library extends ClassLoader {

    private static final String OURS = "dev.jooqcache.";
    private static final StandardJavaFileManager FILES = Members.COMPILER.getStandardFileManager(null, null, null);
    private static final String SHARED = Database.class.getName();

    private final Map<String, byte[]> edited;

    private Library(Map<String, byte[]> edited) {
        super(Library.class.getClassLoader());
        this.edited = edited;
    }

    static Library unchanged() {
        return new Library(Map.of());
    }

    static Library with(List<SourceFile> edited) {
        return new Library(compile(edited));
    }

    /** Runs a test of this project, named as {@code Class#method}. What it throws is thrown here. */
    void run(String test, Database database) throws Throwable {
        String[] names = test.split("#");
        Class<?> type = loadClass(SourceFile.nameOfTest(names[0]));
        Method method = Stream.of(type.getDeclaredMethods())
                .filter(m -> m.getName().equals(names[1]))
                .findFirst()
                .orElseThrow(() -> new NoSuchMethodException(test));
        var constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        method.setAccessible(true);
        try {
            Object instance = constructor.newInstance();
            if (method.getParameterCount() == 0) method.invoke(instance);
            else method.invoke(instance, database);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OURS) || name.startsWith(SHARED)) return super.loadClass(name, resolve);
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        byte[] code = edited.get(name);
        if (code == null) code = compiled(name);
        return defineClass(name, code, 0, code.length);
    }

    private byte[] compiled(String name) throws ClassNotFoundException {
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) throw new ClassNotFoundException(name);
            return in.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    private static Map<String, byte[]> compile(List<SourceFile> sources) {
        Classes classes = new Classes(FILES);
        StringWriter complaints = new StringWriter();
        List<String> options = List.of("-proc:none", "-nowarn");
        boolean done = Members.COMPILER
                .getTask(complaints, classes, null, options, null, sources)
                .call();
        if (!done) throw new IllegalStateException("a mutant does not compile:\n" + complaints);
        return classes.code();
    }

    private static final class Classes extends ForwardingJavaFileManager<StandardJavaFileManager> {
        private final Map<String, ByteArrayOutputStream> written = new HashMap<>();

        Classes(StandardJavaFileManager files) {
            super(files);
        }

        Map<String, byte[]> code() {
            Map<String, byte[]> code = new HashMap<>();
            written.forEach((name, bytes) -> code.put(name, bytes.toByteArray()));
            return code;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                JavaFileManager.Location location,
                String name,
                JavaFileObject.Kind kind,
                javax.tools.FileObject source) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            written.put(name, bytes);
            return new SimpleJavaFileObject(URI.create("memory:///" + name.replace('.', '/') + ".class"), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return bytes;
                }
            };
        }
    }
}
