package io.nurs.appliance.output.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeLinesTest {
    @TempDir
    Path directory;

    private String mended(String text, String beginning, String tail) throws IOException {
        Path file = Files.writeString(directory.resolve("file"), text);
        long cut = WholeLines.mend(file, octets(beginning), octets(tail));
        String mended = Files.readString(file);
        assertEquals(
                text.length() + (mended.endsWith(tail) && !text.endsWith(tail) ? tail.length() : 0),
                mended.length() + cut);
        return mended;
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void halfALineIsCutOff() throws IOException {
        assertEquals("{1}\n{2}\n", mended("{1}\n{2}\n{3", "{", ""));
        assertEquals("{1}\n{2}\n", mended("{1}\n{2}\n", "{", ""));
        assertEquals("", mended("{1", "{", ""));
        String many = "{1234567}\n".repeat(20_000);
        assertEquals(many, mended(many + "{" + "1".repeat(100_000), "{", ""));
    }

    @Test
    void aDocumentThatWasNotEndedIs() throws IOException {
        assertEquals("<r>\n<a/>\n</r>\n", mended("<r>\n<a/>\n<a", "<r>\n", "</r>\n"));
        assertEquals("<r>\n<a/>\n</r>\n", mended("<r>\n<a/>\n</r>\n", "<r>\n", "</r>\n"));
        assertEquals("<r>\n<a/>\n</r>\n", mended("<r>\n<a/>\n</r>", "<r>\n", "</r>\n"));
    }

    @Test
    void whatIsNotOursIsLeftAlone() throws IOException {
        assertEquals("a remark", mended("a remark", "{", ""));
        assertEquals("a remark\nand more", mended("a remark\nand more", "<r>\n", "</r>\n"));
        assertEquals("<r", mended("<r", "<r>\n", "</r>\n"));
    }
}
