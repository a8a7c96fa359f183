package io.nurs.appliance.output.pcapng;

import static io.nurs.flow.IanaElements.*;

import io.netty.buffer.ByteBuf;
import io.nurs.appliance.output.MessageFormat;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodeAnomaly;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.InformationElement;
import io.nurs.ipfix.IpfixDecoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Reads the encoder's messages of IPFIX back, and writes each packet as a block. An interface is described before its first packet:
 * one of a name has two descriptions if some of its packets have a link header and others have none.
 */
public final class PacketBlocks implements MessageFormat {
    /** RFC 5102 counts from 1900 as NTP does. */
    private static final long EPOCH_OFFSET = 2_208_988_800L;

    private static final int OUTBOUND = 1;
    private static final int NO_VERDICT = 0xff;

    private final InetSocketAddress exporter;
    private final IpfixDecoder decoder;
    private final Map<String, InformationElement> own = new HashMap<>();
    private final byte[] head;
    /** As described in the file that is being written. */
    private final Map<Interface, Integer> interfaces = new HashMap<>();

    private record Interface(String name, int linkType) {}

    /**
     * For one encoder.
     *
     * @param exporter what it is called
     * @param elements those of its elements that are not IANA's
     * @param application what writes the file, as the file says
     */
    public PacketBlocks(String exporter, List<InformationElement> elements, String application) {
        this.exporter = InetSocketAddress.createUnresolved(exporter, 0);
        this.decoder = new IpfixDecoder(DecoderLimits.DEFAULT, elements);
        this.head = Blocks.section(application);
        elements.forEach(element -> own.put(element.name(), element));
    }

    /** Templates that come again are those that are known. */
    @Override
    public boolean isOfSessions() {
        return false;
    }

    @Override
    public boolean begin() {
        interfaces.clear();
        return true;
    }

    @Override
    public ByteBuffer octets(ByteBuf message) {
        DecodedMessage decoded = decoder.decodeStream(exporter, message);
        // The encoder begins sessions anew, and messages may have been dropped.
        if (decoded == null || !decoded.anomalies().stream().allMatch(DecodeAnomaly::isOfSequence)) {
            throw new IllegalStateException("cannot read our own message: " + decoded);
        }
        Blocks blocks = new Blocks(message.readableBytes());
        for (DataRecord record : decoded.records()) {
            if (!record.template().isOptions()) {
                append(blocks, record);
            }
        }
        return blocks.octets();
    }

    private void append(Blocks blocks, DataRecord record) {
        boolean isFrame = record.has(dataLinkFrameSection);
        boolean outbound = record.unsigned(flowDirection) == OUTBOUND;
        Interface seen =
                new Interface(name(record, outbound), isFrame ? Blocks.LINKTYPE_ETHERNET : Blocks.LINKTYPE_RAW);
        Integer number = interfaces.get(seen);
        if (number == null) {
            number = interfaces.size();
            interfaces.put(seen, number);
            blocks.description(seen.name, seen.linkType);
        }
        blocks.packet(
                number,
                nanos(record.unsigned(observationTimeNanoseconds)),
                record.octets(isFrame ? dataLinkFrameSection : ipHeaderPacketSection),
                (int) record.unsigned(own("packetLength")),
                outbound,
                comment(record));
    }

    private InformationElement own(String name) {
        return Objects.requireNonNull(own.get(name));
    }

    private String text(DataRecord record, String name) {
        return new String(record.octets(own(name)), StandardCharsets.UTF_8);
    }

    /** Where it was seen: a bridge's port rather than the bridge. */
    private String name(DataRecord record, boolean outbound) {
        String side = outbound ? "egress" : "ingress";
        InformationElement port = outbound ? egressPhysicalInterface : ingressPhysicalInterface;
        boolean isPort = record.unsigned(port) != 0;
        long index = record.unsigned(isPort ? port : outbound ? egressInterface : ingressInterface);
        if (index == 0) {
            boolean isQueue = record.unsigned(own("packetVerdict")) != NO_VERDICT;
            return (isQueue ? "queue" : "group") + record.unsigned(selectionSequenceId);
        }
        String name = text(record, side + (isPort ? "PhysicalInterfaceName" : "InterfaceName"));
        return name.isEmpty() ? "if" + index : name;
    }

    private String comment(DataRecord record) {
        String prefix = text(record, "packetPrefix");
        long verdict = record.unsigned(own("packetVerdict"));
        if (verdict == NO_VERDICT) {
            return prefix;
        }
        String decided = switch ((int) verdict) {
            case 0 -> "drop";
            case 1 -> "accept";
            case 3 -> "queue";
            case 4 -> "repeat";
            case 5 -> "stop";
            default -> "verdict " + verdict;
        };
        return prefix.isEmpty() ? decided : prefix + " " + decided;
    }

    /** Seconds without their highest bit are of the era that begins in 2036. */
    private static long nanos(long ntp) {
        long seconds = (ntp < 0 ? ntp >>> 32 : (ntp >>> 32) + (1L << 32)) - EPOCH_OFFSET;
        return seconds * 1_000_000_000 + (((ntp & 0xffff_ffffL) * 1_000_000_000) >>> 32);
    }

    @Override
    public byte[] head() {
        return head.clone();
    }

    @Override
    public byte[] tail() {
        return new byte[0];
    }

    @Override
    public long mend(Path file) throws IOException {
        return WholeBlocks.cutTorn(file);
    }
}
