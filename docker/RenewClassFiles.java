import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Gives the classes of a jar that are from before Java 6 the class file version of today, with the stack maps that it asks for. The code stays as it
 * is. An AOT cache takes no older classes, and picocli's, which are of Java 5, are most of what nursd loads at its start.
 *
 * <pre>java docker/RenewClassFiles.java JAR...</pre>
 */
public class RenewClassFiles {
    /** Java 6 brought stack maps. */
    private static final int FIRST_WITH_STACK_MAPS = 50;

    /** Of a ZIP file: the same bytes each time. */
    private static final LocalDateTime OLDEST_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    public static void main(String[] jars) throws IOException {
        for (String jar : jars) {
            renew(Path.of(jar));
        }
    }

    private static void renew(Path jar) throws IOException {
        ByteArrayOutputStream renewed = new ByteArrayOutputStream();
        int count = 0;
        try (JarFile from = new JarFile(jar.toFile());
                JarOutputStream to = new JarOutputStream(renewed)) {
            ClassFile classFile = ClassFile.of(
                    ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                    ClassFile.ClassHierarchyResolverOption.of(hierarchy(from)));
            for (JarEntry entry : Collections.list(from.entries())) {
                byte[] octets = read(from, entry);
                if (entry.getName().endsWith(".class") && majorVersion(octets) < FIRST_WITH_STACK_MAPS) {
                    octets = renew(classFile, octets);
                    count++;
                }
                JarEntry written = new JarEntry(entry.getName());
                written.setTimeLocal(entry.getTimeLocal());
                to.putNextEntry(written);
                to.write(octets);
                to.closeEntry();
            }
            JarEntry notice = new JarEntry("META-INF/nurs-NOTICE");
            notice.setTimeLocal(OLDEST_TIME);
            to.putNextEntry(notice);
            to.write("For nurs the class files were put into the format of Java 25. Their code is unchanged.\n"
                    .getBytes(StandardCharsets.US_ASCII));
            to.closeEntry();
        }
        if (count > 0) {
            Files.write(jar, renewed.toByteArray());
        }
    }

    private static byte[] renew(ClassFile classFile, byte[] old) {
        // A body that is passed on whole keeps its octets, and with them the lack of stack maps.
        ClassTransform bodies = ClassTransform.transformingMethodBodies((code, element) -> code.with(element));
        ClassTransform version =
                ClassTransform.endHandler(builder -> builder.withVersion(ClassFile.latestMajorVersion(), 0));
        return classFile.transformClass(classFile.parse(old), bodies.andThen(version));
    }

    private static int majorVersion(byte[] octets) {
        return (octets[6] & 0xff) << 8 | octets[7] & 0xff;
    }

    private static ClassHierarchyResolver hierarchy(JarFile jar) {
        return ClassHierarchyResolver.ofResourceParsing(type -> open(jar, type.descriptorString()))
                .orElse(ClassHierarchyResolver.defaultResolver());
    }

    /** Null if it is not in this jar. */
    private static InputStream open(JarFile jar, String descriptor) {
        JarEntry entry = jar.getJarEntry(descriptor.substring(1, descriptor.length() - 1) + ".class");
        try {
            return entry == null ? null : jar.getInputStream(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] read(JarFile jar, JarEntry entry) throws IOException {
        try (InputStream in = jar.getInputStream(entry)) {
            return in.readAllBytes();
        }
    }
}
