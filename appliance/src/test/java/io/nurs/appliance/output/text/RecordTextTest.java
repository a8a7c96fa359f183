package io.nurs.appliance.output.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.appliance.config.SyslogConfig;
import io.nurs.appliance.config.SyslogConfig.Facility;
import io.nurs.appliance.config.SyslogConfig.Format;
import io.nurs.appliance.config.SyslogConfig.Severity;
import io.nurs.flow.BigEndian;
import io.nurs.flow.DataType;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.Field;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.IanaElements;
import io.nurs.flow.InformationElement;
import io.nurs.flow.Template;
import io.nurs.ipfix.IpfixEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordTextTest {
    private static final long TIME = 1_700_000_000_000L;
    private static final int ENTERPRISE = 32473;
    private static final InformationElement MARK = new InformationElement(ENTERPRISE, 1, "ctMark", DataType.UNSIGNED32);

    /** What a name may hold that somebody else chose. */
    private static final String NASTY = "a\"b,c<d>&e\\f\n\u0001g é";

    private static final Template<String> IPV4 = Template.of(
            256,
            Field.octets(
                    IanaElements.sourceIPv4Address,
                    (name, datagram, at) -> BigEndian.putU32(datagram, at, 0xc0000201L)),
            Field.octets(
                    IanaElements.destinationIPv4Address,
                    (name, datagram, at) -> BigEndian.putU32(datagram, at, 0xc6336414L)),
            Field.u16(IanaElements.sourceTransportPort, name -> 40_000),
            Field.u16(IanaElements.destinationTransportPort, name -> 443),
            Field.u8(IanaElements.protocolIdentifier, name -> 6),
            Field.u64(IanaElements.octetDeltaCount, name -> 0x8000000000000000L),
            Field.u64(IanaElements.octetDeltaCount.reverse(), name -> 7),
            Field.u64(IanaElements.flowStartMilliseconds, name -> TIME + 5),
            Field.u32(MARK, name -> 0x1a),
            Field.string(IanaElements.interfaceName, 32, name -> name));

    private static final Template<String> IPV6 = Template.of(
            257,
            Field.octets(IanaElements.sourceIPv6Address, (name, datagram, at) -> {
                BigEndian.putU64(datagram, at, 0x20010db800000000L);
                BigEndian.putU64(datagram, at + 8, 1);
            }),
            Field.u8(IanaElements.icmpTypeIPv6, name -> 128),
            Field.u8(IanaElements.protocolIdentifier, name -> 58),
            Field.u64(IanaElements.octetDeltaCount, name -> 104));

    private static final Template<String> OPTIONS = Template.options(
            300,
            List.of(Field.u32(IanaElements.observationDomainId, name -> 1)),
            List.of(Field.u64(IanaElements.exportedOctetTotalCount, name -> 1)));

    /** A message with a record of each template. */
    private static String text(RecordLines lines) {
        EmbeddedChannel channel = new EmbeddedChannel(
                new IpfixEncoder(EncoderOptions.stream(1, 1400, Duration.ofMinutes(10)), () -> TIME));
        for (Template<String> template : List.of(IPV4, OPTIONS, IPV6)) {
            channel.write(FlowRecord.of(template, NASTY));
        }
        channel.flush();
        RecordText text = new RecordText("log", List.of(MARK), lines);
        StringBuilder all = new StringBuilder();
        for (ByteBuf message = channel.readOutbound(); message != null; message = channel.readOutbound()) {
            int before = message.readableBytes();
            ByteBuffer octets = text.octets(message);
            assertEquals(before, message.readableBytes());
            all.append(StandardCharsets.UTF_8.decode(octets));
            message.release();
        }
        channel.finishAndReleaseAll();
        return all.toString();
    }

    @Test
    void jsonIsWhatCollectPrintsAndTellsNothingOfTheExporter() {
        assertEquals("""
                {"exporter":"log","version":10,"observationDomainId":1,"exportTime":"2023-11-14T22:13:20Z","sequence":0,\
                "templateId":256,"flow":{"sourceIPv4Address":"192.0.2.1","destinationIPv4Address":"198.51.100.20",\
                "sourceTransportPort":40000,"destinationTransportPort":443,"protocolIdentifier":6,\
                "octetDeltaCount":9223372036854775808,"reverseOctetDeltaCount":7,\
                "flowStartMilliseconds":"2023-11-14T22:13:20.005Z","ctMark":26,\
                "interfaceName":"a\\"b,c<d>&e\\\\f\\u000a\\u0001g é"}}
                {"exporter":"log","version":10,"observationDomainId":1,"exportTime":"2023-11-14T22:13:20Z","sequence":1,\
                "templateId":257,"flow":{"sourceIPv6Address":"2001:db8::1","icmpTypeIPv6":128,"protocolIdentifier":58,\
                "octetDeltaCount":104}}
                """, text(new JsonLines()));
    }

    @Test
    void jsonForElasticHasItsNamesAndLosesNothing() {
        assertEquals("""
                {"@timestamp":"2023-11-14T22:13:20Z","ecs":{"version":"8.11"},"event":{"kind":"event","category":["network"],\
                "type":["connection"],"start":"2023-11-14T22:13:20.005Z"},"network":{"type":"ipv4","transport":"tcp",\
                "iana_number":"6","bytes":7},"source":{"ip":"192.0.2.1","port":40000},\
                "destination":{"ip":"198.51.100.20","port":443,"bytes":7},\
                "nurs":{"octetDeltaCount":9223372036854775808,"ctMark":26,"interfaceName":"a\\"b,c<d>&e\\\\f\\u000a\\u0001g é"}}
                {"@timestamp":"2023-11-14T22:13:20Z","ecs":{"version":"8.11"},"event":{"kind":"event","category":["network"],\
                "type":["connection"]},"network":{"type":"ipv6","transport":"ipv6-icmp","iana_number":"58","bytes":104},\
                "source":{"ip":"2001:db8::1","bytes":104},"destination":{},"nurs":{"icmpTypeIPv6":128}}
                """, text(new EcsLines()));
    }

    @Test
    void csvHasAColumnForEachElementOfAnyTemplateAndQuotesWhatNeedsIt() {
        CsvLines lines = CsvLines.of(List.of(elements(IPV4), elements(IPV6)));
        assertEquals("""
                sourceIPv4Address,destinationIPv4Address,sourceTransportPort,destinationTransportPort,sourceIPv6Address,\
                icmpTypeIPv6,protocolIdentifier,octetDeltaCount,reverseOctetDeltaCount,flowStartMilliseconds,ctMark,interfaceName
                """, lines.head());
        assertEquals("""
                192.0.2.1,198.51.100.20,40000,443,,,6,9223372036854775808,7,2023-11-14T22:13:20.005Z,26,"a""b,c<d>&e\\f?\u0001g é"
                ,,,,2001:db8::1,128,58,104,,,,
                """, text(lines));
    }

    private static List<InformationElement> elements(Template<String> template) {
        return template.fields().stream().map(Field::element).toList();
    }

    @Test
    void xmlHasAnElementForEachFieldAndNothingThatIsNoXml() {
        assertEquals("""
                <flow exportTime="2023-11-14T22:13:20Z"><sourceIPv4Address>192.0.2.1</sourceIPv4Address>\
                <destinationIPv4Address>198.51.100.20</destinationIPv4Address><sourceTransportPort>40000</sourceTransportPort>\
                <destinationTransportPort>443</destinationTransportPort><protocolIdentifier>6</protocolIdentifier>\
                <octetDeltaCount>9223372036854775808</octetDeltaCount><reverseOctetDeltaCount>7</reverseOctetDeltaCount>\
                <flowStartMilliseconds>2023-11-14T22:13:20.005Z</flowStartMilliseconds><ctMark>26</ctMark>\
                <interfaceName>a"b,c&lt;d&gt;&amp;e\\f&#10;\ufffdg é</interfaceName></flow>
                <flow exportTime="2023-11-14T22:13:20Z"><sourceIPv6Address>2001:db8::1</sourceIPv6Address>\
                <icmpTypeIPv6>128</icmpTypeIPv6><protocolIdentifier>58</protocolIdentifier>\
                <octetDeltaCount>104</octetDeltaCount></flow>
                """, text(new XmlLines()));
    }

    private static final String FIREWALL4 =
            "IN= OUT= SRC=192.0.2.1 DST=198.51.100.20 PROTO=TCP SPT=40000 DPT=443 MARK=0x1a BYTES=9223372036854775808"
                    + " reverseOctetDeltaCount=7 flowStartMilliseconds=2023-11-14T22:13:20.005Z"
                    + " interfaceName=a\"b,c<d>&e\\f__g_é";

    private static SyslogConfig syslog(Format format) {
        return new SyslogConfig(Facility.LOCAL3, Severity.NOTICE, "flows", format);
    }

    @Test
    void syslogHasTheKeysOfTheKernelsPacketLog() {
        String header = "<157>1 2023-11-14T22:13:20Z router flows 4711 flow - ";
        assertEquals(
                header + FIREWALL4 + "\n" + header + "IN= OUT= SRC=2001:db8::1 PROTO=ICMPv6 TYPE=128 BYTES=104\n",
                text(new SyslogLines(syslog(Format.RFC5424), false, "router", 4711)));
    }

    @Test
    void syslogOverStreamsCountsOctetsAndNotCharacters() {
        String text = text(new SyslogLines(syslog(Format.RFC5424), true, "router", 4711));
        String first = "<157>1 2023-11-14T22:13:20Z router flows 4711 flow - " + FIREWALL4;
        assertTrue(text.startsWith(first.getBytes(StandardCharsets.UTF_8).length + " " + first), text);
        assertEquals(first.length() + 1, first.getBytes(StandardCharsets.UTF_8).length);
        assertTrue(text.substring((first.length() + " ".length() + 3)).matches("\\d+ <157>1 .*BYTES=104"), text);
    }

    @Test
    void theDaemonOfTheOwnHostGetsWhatTheCLibraryWouldWrite() {
        ZonedDateTime time = ZonedDateTime.parse("2023-11-14T22:13:20Z").withZoneSameInstant(ZoneId.systemDefault());
        String text = text(new SyslogLines(syslog(Format.LOCAL), false, "router", 4711));
        assertTrue(
                text.startsWith("<157>Nov " + time.getDayOfMonth() + " " + time.toLocalTime() + " flows[4711]: IN= "),
                text);
    }
}
