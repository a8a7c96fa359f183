package io.nurs.appliance.filter;

import io.nurs.appliance.config.ScalarText;
import io.nurs.appliance.source.ConntrackFlow;
import io.nurs.netlink.conntrack.TupleView;
import java.util.ArrayList;
import java.util.List;

/**
 * An address, or two of which either will do.
 *
 * @param families which it can be of
 */
record AddressField(String name, Families families, List<Side> sides) implements FlowField<IpPrefix> {
    enum Families {
        IPV4,
        IPV6,
        BOTH
    }

    /** Which of the flow's addresses; the tuple behind NAT is the answer's, and so the other way round. */
    enum Side {
        SOURCE(false, true),
        DESTINATION(false, false),
        POST_NAT_SOURCE(true, false),
        POST_NAT_DESTINATION(true, true);

        private final boolean reply;
        private final boolean first;

        Side(boolean reply, boolean first) {
            this.reply = reply;
            this.first = first;
        }

        private TupleView tuple(ConntrackFlow flow) {
            return reply ? flow.reply() : flow.original();
        }

        long ipv4(ConntrackFlow flow) {
            TupleView tuple = tuple(flow);
            return tuple.isIpv6() ? NumberField.ABSENT : low(tuple);
        }

        boolean isIn(ConntrackFlow flow, IpPrefix prefix, long highMask, long lowMask) {
            TupleView tuple = tuple(flow);
            return tuple.isIpv6()
                    && (low(tuple) & lowMask) == prefix.low()
                    && (high(tuple) & highMask) == prefix.high();
        }

        private long high(TupleView tuple) {
            return first ? tuple.sourceHigh() : tuple.destinationHigh();
        }

        private long low(TupleView tuple) {
            return first ? tuple.sourceLow() : tuple.destinationLow();
        }
    }

    @Override
    public FlowPredicate compare(Comparison comparison, String word) {
        IpPrefix address = item(word);
        if (!address.isSingle()) {
            throw new IllegalArgumentException(
                    ScalarText.quote(word) + " is a prefix: write " + name + " in " + ScalarText.printable(word));
        }
        return switch (comparison) {
            case EQUAL -> in(List.of(address));
            case UNEQUAL -> FlowPredicate.not(in(List.of(address)));
            default ->
                throw new IllegalArgumentException(
                        "addresses have no order: use ==, != or `in` with " + name + ", not " + comparison);
        };
    }

    @Override
    public IpPrefix item(String word) {
        IpPrefix prefix = IpPrefix.parse(word);
        Families family = prefix.isIpv6() ? Families.IPV6 : Families.IPV4;
        if (families != Families.BOTH && families != family) {
            throw new IllegalArgumentException(
                    ScalarText.quote(word) + " is " + IpPrefix.family(prefix.isIpv6()) + ", and " + name
                            + " is not: use the field of that family, or the one of both such as sourceAddress");
        }
        return prefix;
    }

    @Override
    public FlowPredicate in(List<IpPrefix> items) {
        NumberSet ipv4 = new NumberSet(items.stream()
                .filter(prefix -> !prefix.isIpv6())
                .map(IpPrefix::range)
                .toList());
        List<IpPrefix> ipv6 = items.stream().filter(IpPrefix::isIpv6).toList();
        List<FlowPredicate> tests = new ArrayList<>();
        for (Side side : sides) {
            if (ipv6.size() < items.size()) {
                tests.add(flow -> ipv4.contains(side.ipv4(flow)));
            }
            for (IpPrefix prefix : ipv6) {
                long highMask = prefix.highMask();
                long lowMask = prefix.lowMask();
                tests.add(flow -> side.isIn(flow, prefix, highMask, lowMask));
            }
        }
        return FlowPredicate.anyOf(tests);
    }
}
