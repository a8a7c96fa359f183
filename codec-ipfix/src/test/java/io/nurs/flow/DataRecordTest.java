package io.nurs.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.nurs.flow.DecodedTemplate.FieldSpecifier;
import java.math.BigInteger;
import java.net.Inet6Address;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class DataRecordTest {
    @Test
    void readsEveryTypeAsItsValue() {
        assertValue(IanaElements.octetDeltaCount, "00000000000003e8", 1000L);
        assertValue(IanaElements.octetDeltaCount, "ffffffffffffffff", new BigInteger("18446744073709551615"));
        assertValue(IanaElements.mibObjectValueInteger, "fffe", -2L);
        assertValue(IanaElements.samplingProbability, "3fe0000000000000", 0.5);
        assertValue(IanaElements.samplingProbability, "3f000000", 0.5);
        assertValue(IanaElements.dataRecordsReliability, "01", true);
        assertValue(IanaElements.dataRecordsReliability, "02", false);
        assertValue(IanaElements.tcpOptionsFull, "0106", 262L);
        assertValue(IanaElements.tcpOptionsFull, "00".repeat(30) + "0106", 262L);
        assertValue(IanaElements.tcpOptionsFull, "80" + "00".repeat(31), BigInteger.ONE.shiftLeft(255));
        assertValue(IanaElements.interfaceName, "65746830000000", "eth0");
        assertValue(IanaElements.sourceMacAddress, "020000000001", "020000000001");
        assertValue(IanaElements.flowStartSeconds, "6553f13d", Instant.ofEpochSecond(1_700_000_061));
        assertValue(IanaElements.flowStartMilliseconds, "0000018bcfe568c2", Instant.ofEpochMilli(0x18bcfe568c2L));
        // NTP: 1900 + 2208988800 s is 1970; half of 2^32 is half a second.
        assertValue(IanaElements.flowStartMicroseconds, "83aa7e8080000000", Instant.ofEpochMilli(500));
        assertValue(IanaElements.flowStartNanoseconds, "83aa7e8100000000", Instant.ofEpochSecond(1));
        assertValue(IanaElements.applicationId, "0d000001", "0d000001");
    }

    @Test
    void aBooleanThatIsNeitherIsNotFalse() {
        assertValue(IanaElements.dataRecordsReliability, "00", "00");
        assertValue(IanaElements.dataRecordsReliability, "03", "03");
    }

    @Test
    void keepsMappedAddressesIpv6() {
        DataRecord record = record(IanaElements.sourceIPv6Address, "00000000000000000000ffffc000020a");
        assertInstanceOf(Inet6Address.class, record.address(IanaElements.sourceIPv6Address));
    }

    @Test
    void toleratesLengthsThatTheTypeForbids() {
        assertValue(IanaElements.protocolIdentifier, "00000006", 6L);
        assertValue(IanaElements.sourceIPv4Address, "c00002", "c00002");
        assertValue(IanaElements.flowStartSeconds, "00", "00");
        assertValue(IanaElements.octetDeltaCount, "", "");
    }

    @Test
    void saysWhatIsMissingOrTooLong() {
        DataRecord record = record(IanaElements.octetDeltaCount, "000000000000000000");
        assertThrows(NoSuchElementException.class, () -> record.unsigned(IanaElements.packetDeltaCount));
        assertThrows(IllegalStateException.class, () -> record.unsigned(IanaElements.octetDeltaCount));
        assertThrows(IllegalStateException.class, () -> record.address(IanaElements.octetDeltaCount));
    }

    @Test
    void readsValuesThatHaveALengthOfTheirOwn() {
        DecodedTemplate template = new DecodedTemplate(
                256,
                0,
                List.of(
                        new FieldSpecifier(IanaElements.interfaceName, DataType.VARIABLE_LENGTH),
                        new FieldSpecifier(IanaElements.vlanId, 2),
                        new FieldSpecifier(IanaElements.interfaceDescription, DataType.VARIABLE_LENGTH)));
        byte[] octets = HexFormat.of().parseHex("02" + "6161" + "0007" + "ff0001" + "62");
        DataRecord record = new DataRecord(template, octets);
        assertEquals("aa", record.fields().getFirst().value());
        assertEquals(7, record.unsigned(IanaElements.vlanId));
        assertEquals("b", record.fields().getLast().value());
        assertEquals(1, record.octets(IanaElements.interfaceDescription).length);
    }

    @Test
    void refusesOctetsThatAreNotAWholeRecord() {
        DecodedTemplate template = new DecodedTemplate(
                256, 0, List.of(new FieldSpecifier(IanaElements.interfaceName, DataType.VARIABLE_LENGTH)));
        for (String hex : List.of("", "01", "ff", "ff00", "ff0001", "016161", "05616161")) {
            byte[] octets = HexFormat.of().parseHex(hex);
            assertThrows(IllegalArgumentException.class, () -> new DataRecord(template, octets), hex);
        }
    }

    private static void assertValue(InformationElement element, String hex, Object value) {
        assertEquals(
                List.of(new DataRecord.DataField(element, value)),
                record(element, hex).fields());
    }

    private static DataRecord record(InformationElement element, String hex) {
        byte[] octets = HexFormat.of().parseHex(hex);
        return new DataRecord(new DecodedTemplate(256, 0, List.of(new FieldSpecifier(element, octets.length))), octets);
    }
}
