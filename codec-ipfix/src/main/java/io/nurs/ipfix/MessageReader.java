package io.nurs.ipfix;

import io.netty.buffer.ByteBuf;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodeAnomaly;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecodedTemplate;
import io.nurs.flow.DecodedTemplate.FieldSpecifier;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.Exporter;
import io.nurs.flow.InformationElement;
import io.nurs.flow.SetReader;
import io.nurs.flow.Template;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads one message whose header is known to be there. */
final class MessageReader extends SetReader {
    private final ElementNames names;
    private final boolean isDatagram;

    MessageReader(Exporter exporter, DecoderLimits limits, ElementNames names, boolean isDatagram) {
        super(exporter, limits, Ipfix.TEMPLATE_SET, Ipfix.OPTIONS_TEMPLATE_SET);
        this.names = names;
        this.isDatagram = isDatagram;
    }

    DecodedMessage read(InetSocketAddress sender, ByteBuf in) {
        int available = in.readableBytes();
        int version = in.readUnsignedShort();
        int length = in.readUnsignedShort();
        long exportSeconds = in.readUnsignedInt();
        long sequence = in.readUnsignedInt();
        long domain = in.readUnsignedInt();
        exporter().checkSequence(sequence, this::report);
        if (length != available) {
            skip(new DecodeAnomaly.BadMessageLength(length, available));
        }
        // Of a datagram that is longer than its message, what is behind it means nothing.
        int content = Math.clamp(length - (long) Ipfix.HEADER_LENGTH, 0, in.readableBytes());
        readSets(in.readSlice(content));
        if (isComplete()) {
            exporter().expectSequence(sequence + records().size());
        } else {
            exporter().expectAnySequence();
        }
        return new DecodedMessage(
                sender,
                version,
                sequence,
                Instant.ofEpochSecond(exportSeconds),
                0,
                domain,
                templates(),
                records(),
                anomalies());
    }

    /** A withdrawal has no more than a template's id and a count of 0. */
    @Override
    protected int shortestTemplate(boolean isOptions) {
        return Ipfix.TEMPLATE_HEADER_LENGTH;
    }

    /** "Shorter than any allowable record in this Set": §3.3.1. What is left of a set of data is, or it would be one. */
    @Override
    protected int maxPadding(int setId) {
        return setId >= Template.MIN_ID ? Integer.MAX_VALUE : Ipfix.TEMPLATE_HEADER_LENGTH - 1;
    }

    @Override
    protected boolean readTemplate(ByteBuf set) {
        int id = set.readUnsignedShort();
        int fieldCount = set.readUnsignedShort();
        if (fieldCount == 0) {
            return withdraw(id, Ipfix.TEMPLATE_SET);
        }
        return readFields(id, false, 0, fieldCount, set);
    }

    @Override
    protected boolean readOptionsTemplate(ByteBuf set) {
        int id = set.readUnsignedShort();
        int fieldCount = set.readUnsignedShort();
        if (fieldCount == 0) {
            return withdraw(id, Ipfix.OPTIONS_TEMPLATE_SET);
        }
        if (set.readableBytes() < Short.BYTES) {
            reject(id, "it ends before its scope");
            return false;
        }
        return readFields(id, true, set.readUnsignedShort(), fieldCount, set);
    }

    private boolean readFields(int id, boolean isOptions, int scopeFields, int fieldCount, ByteBuf set) {
        if (!checkFieldCount(id, fieldCount, set.readableBytes())) {
            return false;
        }
        List<FieldSpecifier> fields = new ArrayList<>(fieldCount);
        for (int i = 0; i < fieldCount; i++) {
            FieldSpecifier field = readField(set);
            if (field == null) {
                reject(id, fieldCount + " fields do not fit their set");
                return false;
            }
            fields.add(field);
        }
        if (scopeFields > fieldCount) {
            reject(id, "scope of " + scopeFields + " of " + fieldCount + " fields");
        } else {
            accept(new DecodedTemplate(id, isOptions, scopeFields, fields));
        }
        return true;
    }

    private @Nullable FieldSpecifier readField(ByteBuf set) {
        if (set.readableBytes() < Ipfix.FIELD_LENGTH) {
            return null;
        }
        int id = set.readUnsignedShort();
        int length = set.readUnsignedShort();
        if ((id & Ipfix.ENTERPRISE_BIT) == 0) {
            return new FieldSpecifier(names.of(InformationElement.IANA, id, exporter()), length);
        }
        if (set.readableBytes() < Ipfix.ENTERPRISE_LENGTH) {
            return null;
        }
        return new FieldSpecifier(names.of(set.readInt(), id & ~Ipfix.ENTERPRISE_BIT, exporter()), length);
    }

    /** True, as a set goes on behind it. */
    private boolean withdraw(int id, int setId) {
        Predicate<DecodedTemplate> kind = template -> template.isOptions() == (setId == Ipfix.OPTIONS_TEMPLATE_SET);
        if (isDatagram) {
            report(new DecodeAnomaly.DatagramWithdrawal(id));
        } else if (id == setId) {
            exporter().forget(kind);
        } else if (!exporter().forget(kind.and(template -> template.id() == id))) {
            report(new DecodeAnomaly.UnknownWithdrawal(id));
        }
        return true;
    }

    @Override
    protected void optionsRead(DataRecord options) {
        InformationElement element = ElementType.read(options);
        if (element != null && names.isOpen(element)) {
            exporter().name(element);
        }
    }

    @Override
    protected void changed(DecodedTemplate template) {
        report(new DecodeAnomaly.TemplateChanged(template.id()));
    }
}
