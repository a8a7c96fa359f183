package io.nurs.netflow5;

import static io.nurs.flow.IanaElements.*;

import io.nurs.flow.DecodedTemplate;
import io.nurs.flow.DecodedTemplate.FieldSpecifier;
import java.util.List;
import java.util.stream.Stream;

/** Numbers of the datagram that the encoder and the decoder share. All of them are in network order. */
public final class Netflow5 {
    /** What a datagram may have at most; most collectors refuse one with more. */
    public static final int MAX_RECORDS = 30;

    /** What the 14 bits of the header can say of sampling. */
    public static final int MAX_SAMPLING = 0x3fff;

    /** What the 16 bits of engine type and engine id can say. */
    public static final int MAX_ENGINE = 0xffff;

    static final int VERSION = 5;

    /** version, count (u16 each), sysUptime, unix_secs, unix_nsecs, flow_sequence (u32 each), engine type and id (u8 each), sampling (u16). */
    static final int HEADER_LENGTH = 24;

    static final int ENGINE_OFFSET = 20;

    /** No record has a template: this stands where one's id would. */
    static final int NO_TEMPLATE = 0;

    /** A record, which has the same fields always. The two {@code pad} fields are of no meaning. */
    static final DecodedTemplate LAYOUT = new DecodedTemplate(
            NO_TEMPLATE,
            0,
            List.of(
                    new FieldSpecifier(sourceIPv4Address, 4),
                    new FieldSpecifier(destinationIPv4Address, 4),
                    new FieldSpecifier(ipNextHopIPv4Address, 4),
                    new FieldSpecifier(ingressInterface, 2),
                    new FieldSpecifier(egressInterface, 2),
                    new FieldSpecifier(packetDeltaCount, 4),
                    new FieldSpecifier(octetDeltaCount, 4),
                    new FieldSpecifier(flowStartSysUpTime, 4),
                    new FieldSpecifier(flowEndSysUpTime, 4),
                    new FieldSpecifier(sourceTransportPort, 2),
                    new FieldSpecifier(destinationTransportPort, 2),
                    new FieldSpecifier(paddingOctets, 1),
                    new FieldSpecifier(tcpControlBits, 1),
                    new FieldSpecifier(protocolIdentifier, 1),
                    new FieldSpecifier(ipClassOfService, 1),
                    new FieldSpecifier(bgpSourceAsNumber, 2),
                    new FieldSpecifier(bgpDestinationAsNumber, 2),
                    new FieldSpecifier(sourceIPv4PrefixLength, 1),
                    new FieldSpecifier(destinationIPv4PrefixLength, 1),
                    new FieldSpecifier(paddingOctets, 2)));

    /** What is read of a record: all but the padding. */
    static final DecodedTemplate READ = new DecodedTemplate(
            NO_TEMPLATE,
            0,
            LAYOUT.fields().stream()
                    .filter(field -> !field.element().equals(paddingOctets))
                    .toList());

    /** The same with the header's sampling, where it says something. */
    static final DecodedTemplate READ_SAMPLED = new DecodedTemplate(
            NO_TEMPLATE,
            0,
            Stream.concat(
                            READ.fields().stream(),
                            Stream.of(
                                    new FieldSpecifier(samplingAlgorithm, 1), new FieldSpecifier(samplingInterval, 2)))
                    .toList());

    static final int RECORD_LENGTH = LAYOUT.recordLength();

    /** 24 + 30 * 48 */
    static final int MAX_DATAGRAM_LENGTH = HEADER_LENGTH + MAX_RECORDS * RECORD_LENGTH;

    private Netflow5() {}
}
