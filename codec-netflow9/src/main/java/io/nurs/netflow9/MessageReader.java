package io.nurs.netflow9;

import io.netty.buffer.ByteBuf;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodeAnomaly;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecodedTemplate;
import io.nurs.flow.DecodedTemplate.FieldSpecifier;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.IanaElements;
import io.nurs.flow.InformationElement;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads one message whose header is known to be there. Every length is checked against what is left before it is
 * believed.
 */
final class MessageReader {
    private final Exporter exporter;
    private final DecoderLimits limits;
    private final List<DecodedTemplate> templates = new ArrayList<>();
    private final List<DataRecord> records = new ArrayList<>();
    private final List<DecodeAnomaly> anomalies = new ArrayList<>();

    /** Whether something was skipped, so that the header's count cannot be compared. */
    private boolean skipped;

    MessageReader(Exporter exporter, DecoderLimits limits) {
        this.exporter = exporter;
        this.limits = limits;
    }

    DecodedMessage read(InetSocketAddress sender, ByteBuf in) {
        int version = in.readUnsignedShort();
        int count = in.readUnsignedShort();
        long sysUptime = in.readUnsignedInt();
        long unixSeconds = in.readUnsignedInt();
        long sequence = in.readUnsignedInt();
        long sourceId = in.readUnsignedInt();
        exporter.follow(sequence, anomalies::add);
        readSets(in);
        int found = templates.size() + records.size();
        if (!skipped && count != found) {
            anomalies.add(new DecodeAnomaly.CountMismatch(count, found));
        }
        Instant exportTime = Instant.ofEpochSecond(unixSeconds);
        return new DecodedMessage(
                sender, version, sequence, exportTime, sysUptime, sourceId, templates, records, anomalies);
    }

    private void readSets(ByteBuf in) {
        while (in.readableBytes() >= Netflow9.SET_HEADER_LENGTH) {
            int id = in.readUnsignedShort();
            int length = in.readUnsignedShort();
            int available = in.readableBytes() + Netflow9.SET_HEADER_LENGTH;
            if (length < Netflow9.SET_HEADER_LENGTH || length > available) {
                skip(new DecodeAnomaly.BadSetLength(id, length, available));
                return;
            }
            readSet(id, in.readSlice(length - Netflow9.SET_HEADER_LENGTH));
        }
        if (in.isReadable()) {
            skip(new DecodeAnomaly.Truncated(in.readableBytes()));
        }
    }

    private void readSet(int id, ByteBuf set) {
        if (id >= Netflow9.MIN_DATA_SET) {
            readRecords(id, set);
        } else if (id == Netflow9.TEMPLATE_SET) {
            readTemplates(set);
        } else if (id == Netflow9.OPTIONS_TEMPLATE_SET) {
            readOptionsTemplates(set);
        } else {
            skip(new DecodeAnomaly.ReservedSet(id));
        }
    }

    private void readRecords(int id, ByteBuf set) {
        DecodedTemplate template = exporter.template(id);
        if (template == null) {
            skip(new DecodeAnomaly.UnknownTemplate(id, set.readableBytes()));
            return;
        }
        int length = template.recordLength();
        while (set.readableBytes() >= length) {
            byte[] octets = new byte[length];
            set.readBytes(octets);
            records.add(new DataRecord(template, octets));
        }
        checkPadding(id, set);
    }

    private void readTemplates(ByteBuf set) {
        while (set.readableBytes() >= Netflow9.TEMPLATE_HEADER_LENGTH) {
            int id = set.readUnsignedShort();
            int fields = set.readUnsignedShort();
            if (!readTemplate(id, 0, fields, set)) {
                return;
            }
        }
        checkPadding(Netflow9.TEMPLATE_SET, set);
    }

    private void readOptionsTemplates(ByteBuf set) {
        while (set.readableBytes() >= Netflow9.OPTIONS_TEMPLATE_HEADER_LENGTH) {
            int id = set.readUnsignedShort();
            int scopeLength = set.readUnsignedShort();
            int optionLength = set.readUnsignedShort();
            if (scopeLength == 0 || (scopeLength | optionLength) % Netflow9.FIELD_LENGTH != 0) {
                skip(new DecodeAnomaly.BadTemplate(id, "scope of " + scopeLength + ", options of " + optionLength));
                return;
            }
            int scopeFields = scopeLength / Netflow9.FIELD_LENGTH;
            if (!readTemplate(id, scopeFields, scopeFields + optionLength / Netflow9.FIELD_LENGTH, set)) {
                return;
            }
        }
        checkPadding(Netflow9.OPTIONS_TEMPLATE_SET, set);
    }

    /** False if the rest of the set makes no sense any more. */
    private boolean readTemplate(int id, int scopeFields, int fieldCount, ByteBuf set) {
        if (id < Netflow9.MIN_DATA_SET || fieldCount == 0) {
            skip(new DecodeAnomaly.BadTemplate(id, fieldCount + " fields"));
            return false;
        }
        if (fieldCount * Netflow9.FIELD_LENGTH > set.readableBytes()) {
            skip(new DecodeAnomaly.BadTemplate(id, fieldCount + " fields do not fit their set"));
            return false;
        }
        if (fieldCount > limits.maxFieldsPerTemplate()) {
            set.skipBytes(fieldCount * Netflow9.FIELD_LENGTH);
            skip(new DecodeAnomaly.TemplateLimit(id));
            return true;
        }
        accept(new DecodedTemplate(id, scopeFields, readFields(scopeFields, fieldCount, set)));
        return true;
    }

    private void accept(DecodedTemplate template) {
        if (template.recordLength() == 0) {
            skip(new DecodeAnomaly.BadTemplate(template.id(), "records of no length"));
        } else if (exporter.learn(template)) {
            templates.add(template);
        } else {
            skip(new DecodeAnomaly.TemplateLimit(template.id()));
        }
    }

    private static List<FieldSpecifier> readFields(int scopeFields, int fieldCount, ByteBuf set) {
        List<FieldSpecifier> fields = new ArrayList<>(fieldCount);
        for (int i = 0; i < fieldCount; i++) {
            int type = set.readUnsignedShort();
            int length = set.readUnsignedShort();
            fields.add(new FieldSpecifier(i < scopeFields ? Netflow9Scope.byType(type) : elementOf(type), length));
        }
        return fields;
    }

    private static InformationElement elementOf(int type) {
        InformationElement known = IanaElements.byId(type);
        return known != null ? known : InformationElement.unknown(InformationElement.IANA, type);
    }

    /** Up to three zero octets bring the next set to a multiple of four. §5.3 */
    private void checkPadding(int setId, ByteBuf rest) {
        int length = rest.readableBytes();
        boolean zeros = true;
        while (rest.isReadable()) {
            zeros &= rest.readByte() == 0;
        }
        if (length >= Netflow9.ALIGNMENT || !zeros) {
            anomalies.add(new DecodeAnomaly.BadPadding(setId, length));
        }
    }

    private void skip(DecodeAnomaly anomaly) {
        anomalies.add(anomaly);
        skipped = true;
    }
}
