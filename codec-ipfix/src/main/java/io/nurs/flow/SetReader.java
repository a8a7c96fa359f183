package io.nurs.flow;

import io.netty.buffer.ByteBuf;
import io.nurs.flow.DecodedTemplate.FieldSpecifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads the sets of one message, which NetFlow v9 and IPFIX have in common; each writes its templates in a way of its
 * own. Every length is checked against what is left before it is believed.
 */
public abstract class SetReader {
    /** Id and length, u16 each. RFC 3954 §5.2, RFC 7011 §3.3.2 */
    private static final int SET_HEADER_LENGTH = 4;

    /** Element and length, u16 each: no field takes less. */
    private static final int MIN_FIELD_LENGTH = 4;

    private static final int NO_FIT = -1;

    private final Exporter exporter;
    private final DecoderLimits limits;
    private final int templateSet;
    private final int optionsTemplateSet;
    private final List<DecodedTemplate> templates = new ArrayList<>();
    private final List<DataRecord> records = new ArrayList<>();
    private final List<DecodeAnomaly> anomalies = new ArrayList<>();
    private final Set<Integer> unknown = new HashSet<>();
    private final Set<Integer> split = new HashSet<>();
    private int previousSet;
    private int values;
    private int maxValues;
    private boolean hasTooMany;
    private boolean skipped;

    protected SetReader(Exporter exporter, DecoderLimits limits, int templateSet, int optionsTemplateSet) {
        this.exporter = exporter;
        this.limits = limits;
        this.templateSet = templateSet;
        this.optionsTemplateSet = optionsTemplateSet;
    }

    /** Reads one template from what is left of its set; false if the rest of the set makes no sense any more. */
    protected abstract boolean readTemplate(ByteBuf set);

    /** The same for options. */
    protected abstract boolean readOptionsTemplate(ByteBuf set);

    /** Octets without which nothing in a set of templates is one, but padding. */
    protected abstract int shortestTemplate(boolean isOptions);

    /** Longer padding, or other than of zeros, is reported. */
    protected abstract int maxPadding(int setId);

    protected final Exporter exporter() {
        return exporter;
    }

    protected final List<DecodedTemplate> templates() {
        return templates;
    }

    protected final List<DataRecord> records() {
        return records;
    }

    protected final List<DecodeAnomaly> anomalies() {
        return anomalies;
    }

    /** Whether nothing was skipped, so that what has been read can be counted. */
    protected final boolean isComplete() {
        return !skipped;
    }

    protected final void report(DecodeAnomaly anomaly) {
        anomalies.add(anomaly);
    }

    protected final void skip(DecodeAnomaly anomaly) {
        anomalies.add(anomaly);
        skipped = true;
    }

    protected final void readSets(ByteBuf in) {
        maxValues = DecoderLimits.maxValues(in.readableBytes());
        while (in.readableBytes() >= SET_HEADER_LENGTH) {
            int id = in.readUnsignedShort();
            int length = in.readUnsignedShort();
            int available = in.readableBytes() + SET_HEADER_LENGTH;
            if (length < SET_HEADER_LENGTH || length > available) {
                skip(new DecodeAnomaly.BadSetLength(id, length, available));
                return;
            }
            readSet(id, in.readSlice(length - SET_HEADER_LENGTH));
        }
        if (in.isReadable()) {
            skip(new DecodeAnomaly.Truncated(in.readableBytes()));
        }
    }

    private void readSet(int id, ByteBuf set) {
        if (id >= Template.MIN_ID) {
            if (id == previousSet && split.add(id)) {
                report(new DecodeAnomaly.SplitSet(id));
            }
            readRecords(id, set);
        } else if (id == templateSet || id == optionsTemplateSet) {
            readTemplates(id, set);
        } else {
            skip(new DecodeAnomaly.ReservedSet(id));
        }
        previousSet = id;
    }

    private void readTemplates(int setId, ByteBuf set) {
        boolean isOptions = setId == optionsTemplateSet;
        while (set.readableBytes() >= shortestTemplate(isOptions) && !isPadding(set)) {
            if (!(isOptions ? readOptionsTemplate(set) : readTemplate(set))) {
                return;
            }
        }
        checkPadding(setId, set);
    }

    /** No template has an id of 0. */
    private static boolean isPadding(ByteBuf set) {
        return set.getUnsignedShort(set.readerIndex()) == 0;
    }

    private void readRecords(int id, ByteBuf set) {
        DecodedTemplate template = exporter.template(id);
        if (template == null) {
            unknown.add(id);
            skip(new DecodeAnomaly.UnknownTemplate(id, set.readableBytes()));
            return;
        }
        int shortest = template.recordLength();
        while (set.readableBytes() >= shortest) {
            int length = template.hasVariableLength() ? measure(template, set) : shortest;
            if (length == NO_FIT) {
                skip(new DecodeAnomaly.BadRecord(id, set.readableBytes()));
                return;
            }
            if (!mayRead(template)) {
                return;
            }
            byte[] octets = new byte[length];
            set.readBytes(octets);
            DataRecord record = new DataRecord(template, octets);
            records.add(record);
            if (template.isOptions()) {
                optionsRead(record);
            }
        }
        checkPadding(id, set);
    }

    /** Counts the values of one more record; false if they are too many, which is reported once. */
    private boolean mayRead(DecodedTemplate template) {
        values += template.fields().size();
        if (values <= maxValues) {
            return true;
        }
        values = maxValues;
        skipped = true;
        if (!hasTooMany) {
            hasTooMany = true;
            report(new DecodeAnomaly.TooManyValues(template.id(), maxValues));
        }
        return false;
    }

    /** Octets of the next record, whose values say how long they are. RFC 7011 §7 */
    private static int measure(DecodedTemplate template, ByteBuf set) {
        int at = set.readerIndex();
        int end = set.writerIndex();
        for (FieldSpecifier field : template.fields()) {
            int length = field.length();
            if (field.isVariableLength()) {
                if (at >= end) {
                    return NO_FIT;
                }
                length = set.getUnsignedByte(at++);
                if (length == FieldSpecifier.LONG_VALUE) {
                    if (at + Short.BYTES > end) {
                        return NO_FIT;
                    }
                    length = set.getUnsignedShort(at);
                    at += Short.BYTES;
                }
            }
            at += length;
            if (at > end) {
                return NO_FIT;
            }
        }
        return at - set.readerIndex();
    }

    /**
     * Whether so many fields can be read; if not, that is reported.
     *
     * @param available octets that the set has left for them
     */
    protected final boolean checkFieldCount(int id, int fieldCount, int available) {
        if (fieldCount * MIN_FIELD_LENGTH > available) {
            reject(id, fieldCount + " fields do not fit their set");
            return false;
        }
        return true;
    }

    /** Its data, should some come, would be read as something else: nothing is until a valid template comes. */
    protected final void reject(int id, String reason) {
        forget(id);
        skip(new DecodeAnomaly.BadTemplate(id, reason));
    }

    private void forget(int id) {
        exporter.forget(template -> template.id() == id);
    }

    protected final void accept(DecodedTemplate template) {
        int id = template.id();
        String fault = TemplateRules.fault(template);
        if (fault != null) {
            reject(id, fault);
            return;
        }
        if (template.fields().size() > limits.maxFieldsPerTemplate()) {
            forget(id);
            skip(new DecodeAnomaly.TemplateLimit(id));
            return;
        }
        Exporter.Lesson lesson = exporter.learn(template);
        if (lesson == Exporter.Lesson.REFUSED) {
            skip(new DecodeAnomaly.TemplateLimit(id));
            return;
        }
        if (lesson == Exporter.Lesson.CHANGED) {
            changed(template);
        }
        if (lesson != Exporter.Lesson.REPEATED) {
            learnt(template);
            TemplateRules.check(template, this::report);
        }
        if (unknown.contains(id)) {
            report(new DecodeAnomaly.DataBeforeTemplate(id));
        }
        templates.add(template);
    }

    /** Another template had the id until now. */
    protected void changed(DecodedTemplate template) {}

    /** A template has not been there before, or had other fields. */
    protected void learnt(DecodedTemplate template) {}

    /** A record of options, which may say how to read others. */
    protected void optionsRead(DataRecord options) {}

    private void checkPadding(int setId, ByteBuf rest) {
        int length = rest.readableBytes();
        boolean zeros = true;
        while (rest.isReadable()) {
            zeros &= rest.readByte() == 0;
        }
        if (length > maxPadding(setId) || !zeros) {
            report(new DecodeAnomaly.BadPadding(setId, length));
        }
    }
}
