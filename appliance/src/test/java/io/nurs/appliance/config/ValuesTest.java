package io.nurs.appliance.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {
    @Test
    void maskAllowsTheTopBit() {
        assertEquals(new MarkMatch(0x80000000, 0xffffffff), MarkMatch.parse("0x80000000"));
        assertTrue(MarkMatch.parse("4294967295").matches(-1));
        assertEquals(0xf, MarkField.parse("0xf0000000 >> 28").apply(-1));
        assertEquals(1, MarkField.parse("0x80000000>>31").apply(0x80000001));
    }

    @Test
    void markValueZeroMatchesEntriesWithoutTheBits() {
        MarkMatch clear = MarkMatch.parse("0/0x1000");

        assertTrue(clear.matches(0xef00));
        assertFalse(clear.matches(0x1000));
    }

    @Test
    void markReadsHexDecimalAndOctal() {
        assertEquals(new MarkMatch(0x10, 0xff), MarkMatch.parse("16 / 0xff"));
        assertEquals(new MarkMatch(8, 0xffffffff), MarkMatch.parse("0o10"));
    }

    @Test
    void markValueOutsideItsMaskIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new MarkMatch(3, 1));
    }

    @Test
    void markFieldWithoutShiftKeepsTheBitsInPlace() {
        assertEquals(0x300, MarkField.parse("0xf00").apply(0x1321));
        assertEquals(3, MarkField.parse("0xf00 >> 8").apply(0x1321));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "0x",
                "1/",
                "/1",
                "-1",
                "1/2/3",
                "0x100000000",
                "0x1 0x1",
                "010",
                "1e3",
                "9999999999999999999"
            })
    void marksThatAreNotMarksAreRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> MarkMatch.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ">>", "1 >>", ">> 1", "1 >> 32", "1 >> 4294967296", "1 << 1", "1 >> 1 >> 1", "1 > > 1"})
    void fieldsThatAreNotFieldsAreRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> MarkField.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.10:9995, 192.0.2.10, 9995",
        "192.0.2.10, 192.0.2.10, 9995",
        "[2001:db8::1]:2055, 2001:db8::1, 2055",
        "[::ffff:192.0.2.1], ::ffff:192.0.2.1, 9995",
        "[fe80::1%eth0.5]:1, fe80::1%eth0.5, 1",
        "collector.example:65535, collector.example, 65535",
        "flow_1:9995, flow_1, 9995",
        "xn--bcher-kva.example., xn--bcher-kva.example., 9995",
    })
    void readsCollectorAddresses(String text, String host, int port) {
        assertEquals(new CollectorAddress(host, port), CollectorAddress.parse(text, 9995));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", ":9995", "host:", "host:0", "host:65536", "host:x", "host:1:2", "2001:db8::1", "[2001:db8::1",
                        "[]:1", "[192.0.2.1]:1",
                "[2001:db8::g]:1", "[1:2:3]:1", "[::1]x", "192.0.2.256", "192.0.2", "1.2.3.4.5", "1", "-a.example",
                        "a..b", "a b", "a/b",
                "user@host", "host?x"
            })
    void addressesThatAreNotAddressesAreRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> CollectorAddress.parse(text, 9995));
    }

    @Test
    void addressesPrintAsTheyAreWritten() {
        assertEquals(
                "[2001:db8::1]:9995",
                CollectorAddress.parse("[2001:db8::1]", 9995).toString());
        assertEquals(
                "192.0.2.10:9995", CollectorAddress.parse("192.0.2.10", 9995).toString());
    }

    @ParameterizedTest
    @CsvSource({"500ms, PT0.5S", "60s, PT1M", "10m, PT10M", "1h, PT1H", "1d, PT24H", "0s, PT0S"})
    void readsDurations(String text, Duration expected) {
        assertEquals(expected, ScalarText.duration(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "60", "s", "1.5s", "-1s", "60 s", "1h30m", "1S", "99999999999s"})
    void durationsThatAreNotDurationsAreRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> ScalarText.duration(text));
    }

    @ParameterizedTest
    @CsvSource({"4096, 4096", "64KiB, 65536", "32MiB, 33554432", "1GiB, 1073741824"})
    void readsSizes(String text, long bytes) {
        assertEquals(bytes, ScalarText.sizeBytes(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "32MB", "32 MiB", "1.5MiB", "-1", "0x10", "32mib"})
    void sizesThatAreNotSizesAreRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> ScalarText.sizeBytes(text));
    }
}
