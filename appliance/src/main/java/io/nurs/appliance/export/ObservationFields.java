package io.nurs.appliance.export;

import io.nurs.appliance.config.EnterpriseElements;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.FlowProtocol;
import io.nurs.flow.Field;
import io.nurs.flow.FieldWriter;
import io.nurs.flow.InformationElement;
import io.nurs.flow.Template;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;

/**
 * Fields of our own elements, as an exporter numbers and measures them, and templates without those that the exporter is not to send.
 */
final class ObservationFields {
    private static final int NAMESPACE_BYTES = 32;

    private final FlowProtocol protocol;
    private final int enterprise;
    private final EnterpriseElements elements;
    private final String namespace;
    private final IdentityHashMap<Field<?>, NursElement> made = new IdentityHashMap<>();
    private final Map<NursElement, InformationElement> used = new EnumMap<>(NursElement.class);

    /** @param namespace name of the network namespace that is read; empty for nursd's own */
    ObservationFields(FlowExporterConfig config, RecordKind kind, String namespace) {
        this.protocol = config.protocol();
        this.enterprise = config.records().enterpriseNumber();
        this.elements = kind.isOfNursElements()
                ? EnterpriseElements.ALL
                : config.records().enterpriseElements();
        this.namespace = namespace;
    }

    <S> Template<S> template(int id, List<Field<S>> fields) {
        List<Field<S>> sent = fields.stream().filter(this::isSent).toList();
        for (Field<S> field : sent) {
            NursElement element = made.get(field);
            if (element != null) {
                used.put(element, field.element());
            }
        }
        return new Template<>(id, sent);
    }

    private boolean isSent(Field<?> field) {
        NursElement element = made.get(field);
        return element == null || element.isAmong(elements, protocol);
    }

    <S> Field<S> number(NursElement element, ToLongFunction<S> value) {
        return number(element, element.in(protocol, enterprise), value);
    }

    /** See {@link NursElement#ofOurs}; sent only beside all others of ours. */
    <S> List<Field<S>> numberOfOurs(NursElement element, ToLongFunction<S> value) {
        return elements == EnterpriseElements.ALL
                ? List.of(number(element, element.ofOurs(protocol, enterprise), value))
                : List.of();
    }

    private <S> Field<S> number(NursElement element, InformationElement numbered, ToLongFunction<S> value) {
        return made(element, Field.integer(numbered, numbered.type().defaultLength(), value));
    }

    private <S> Field<S> made(NursElement element, Field<S> field) {
        made.put(field, element);
        return field;
    }

    /** As long as it is; NetFlow v9 has no such thing, and fills it up. */
    <S> Field<S> string(NursElement element, int bytes, Function<S, String> value) {
        var numbered = element.in(protocol, enterprise);
        return made(
                element,
                switch (protocol) {
                    case IPFIX -> Field.string(numbered, value);
                    case NETFLOW5, NETFLOW9 -> Field.string(numbered, bytes, value);
                });
    }

    /** As {@link #string}, of octets that are valid UTF-8, and no more than fit into a datagram. */
    <S> Field<S> text(NursElement element, int bytes, Function<S, byte[]> value) {
        var numbered = element.in(protocol, enterprise);
        return made(
                element,
                switch (protocol) {
                    case IPFIX ->
                        Field.variable(numbered, source -> value.apply(source).length, (source, datagram, at) -> {
                            byte[] octets = value.apply(source);
                            MemorySegment.copy(octets, 0, datagram, ValueLayout.JAVA_BYTE, at, octets.length);
                        });
                    case NETFLOW5, NETFLOW9 ->
                        Field.string(
                                numbered, bytes, source -> new String(value.apply(source), StandardCharsets.UTF_8));
                });
    }

    /** As {@link #string}, of octets that are there already. */
    <S> Field<S> text(
            NursElement element, int bytes, ToIntFunction<S> length, FieldWriter<S> writer, FieldWriter<S> padded) {
        var numbered = element.in(protocol, enterprise);
        return made(
                element,
                switch (protocol) {
                    case IPFIX -> Field.variable(numbered, length, writer);
                    case NETFLOW5, NETFLOW9 -> Field.octets(numbered, bytes, padded);
                });
    }

    boolean isIpfix() {
        return protocol == FlowProtocol.IPFIX;
    }

    /** The namespace's name, if it has one. */
    <S> List<Field<S>> namespace() {
        return namespace.isEmpty()
                ? List.of()
                : List.of(string(NursElement.netnsName, NAMESPACE_BYTES, source -> namespace));
    }

    /** Those of our own that templates have, as they are numbered there. */
    Map<NursElement, InformationElement> used() {
        return used;
    }
}
