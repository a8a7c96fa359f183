package io.nurs.netflow9;

import io.netty.buffer.ByteBuf;
import io.nurs.flow.DecodeAnomaly;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecodedTemplate;
import io.nurs.flow.DecodedTemplate.FieldSpecifier;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.Exporter;
import io.nurs.flow.IanaElements;
import io.nurs.flow.InformationElement;
import io.nurs.flow.SetReader;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Reads one message whose header is known to be there. */
final class MessageReader extends SetReader {
    MessageReader(Exporter exporter, DecoderLimits limits) {
        super(exporter, limits, Netflow9.TEMPLATE_SET, Netflow9.OPTIONS_TEMPLATE_SET);
    }

    DecodedMessage read(InetSocketAddress sender, ByteBuf in) {
        int version = in.readUnsignedShort();
        int count = in.readUnsignedShort();
        long sysUptime = in.readUnsignedInt();
        long unixSeconds = in.readUnsignedInt();
        long sequence = in.readUnsignedInt();
        long sourceId = in.readUnsignedInt();
        exporter().checkSequence(sequence, this::report);
        exporter().expectSequence(sequence + 1);
        readSets(in);
        int found = templates().size() + records().size();
        if (isComplete() && count != found) {
            report(new DecodeAnomaly.CountMismatch(count, found));
        }
        return new DecodedMessage(
                sender,
                version,
                sequence,
                Instant.ofEpochSecond(unixSeconds),
                sysUptime,
                sourceId,
                templates(),
                records(),
                anomalies());
    }

    @Override
    protected int shortestTemplate(boolean isOptions) {
        return isOptions ? Netflow9.OPTIONS_TEMPLATE_HEADER_LENGTH : Netflow9.TEMPLATE_HEADER_LENGTH;
    }

    /** Brings the next set to a multiple of four octets. §5.3 */
    @Override
    protected int maxPadding(int setId) {
        return Netflow9.ALIGNMENT - 1;
    }

    @Override
    protected boolean readTemplate(ByteBuf set) {
        int id = set.readUnsignedShort();
        int fields = set.readUnsignedShort();
        return readFields(id, false, 0, fields, set);
    }

    @Override
    protected boolean readOptionsTemplate(ByteBuf set) {
        int id = set.readUnsignedShort();
        int scopeLength = set.readUnsignedShort();
        int optionLength = set.readUnsignedShort();
        if ((scopeLength | optionLength) % Netflow9.FIELD_LENGTH != 0) {
            reject(id, "scope of " + scopeLength + ", options of " + optionLength + " octets");
            set.skipBytes(Math.min(scopeLength + optionLength, set.readableBytes()));
            return true;
        }
        int scopeFields = scopeLength / Netflow9.FIELD_LENGTH;
        return readFields(id, true, scopeFields, scopeFields + optionLength / Netflow9.FIELD_LENGTH, set);
    }

    private boolean readFields(int id, boolean isOptions, int scopeFields, int fieldCount, ByteBuf set) {
        if (!checkFieldCount(id, fieldCount, set.readableBytes())) {
            return false;
        }
        List<FieldSpecifier> fields = new ArrayList<>(fieldCount);
        for (int i = 0; i < fieldCount; i++) {
            int type = set.readUnsignedShort();
            int length = set.readUnsignedShort();
            fields.add(new FieldSpecifier(i < scopeFields ? Netflow9Scope.byType(type) : elementOf(type), length));
        }
        accept(new DecodedTemplate(id, isOptions, scopeFields, fields));
        return true;
    }

    /** A variable length is IPFIX's. Some exporters send one nevertheless, and mean what IPFIX does. */
    @Override
    protected void learnt(DecodedTemplate template) {
        for (FieldSpecifier field : template.fields()) {
            if (field.isVariableLength() && field.element().type().allows(field.length())) {
                report(new DecodeAnomaly.VariableLength(template.id(), field.element()));
            }
        }
    }

    private static InformationElement elementOf(int type) {
        InformationElement known = IanaElements.byId(type);
        return known != null ? known : InformationElement.unknown(InformationElement.IANA, type);
    }
}
