package io.nurs.appliance.filter;

import io.nurs.appliance.config.ScalarText;
import java.util.ArrayList;
import java.util.List;

/**
 * An address, or two of which either will do.
 *
 * @param families which it can be of
 * @param <T> what is asked
 */
record AddressField<T>(String name, Families families, List<Side<T>> sides) implements ExpressionField<T, IpPrefix> {
    enum Families {
        IPV4,
        IPV6,
        BOTH
    }

    /** One of the addresses that a flow or a packet has. */
    interface Side<T> {
        /** Whether it has one, of IPv6. */
        boolean isIpv6(T subject);

        /** Whether it has one, of IPv4. */
        boolean isIpv4(T subject);

        /** The first eight octets of an IPv6 address. */
        long high(T subject);

        /** The last eight, or the four of an IPv4 address. */
        long low(T subject);

        private long ipv4(T subject) {
            return isIpv4(subject) ? low(subject) : NumberField.ABSENT;
        }

        private boolean isIn(T subject, IpPrefix prefix, long highMask, long lowMask) {
            return isIpv6(subject)
                    && (low(subject) & lowMask) == prefix.low()
                    && (high(subject) & highMask) == prefix.high();
        }
    }

    @Override
    public Condition<T> compare(Comparison comparison, String word) {
        IpPrefix address = item(word);
        if (!address.isSingle()) {
            throw new IllegalArgumentException(
                    ScalarText.quote(word) + " is a prefix: write " + name + " in " + ScalarText.printable(word));
        }
        return switch (comparison) {
            case EQUAL -> in(List.of(address));
            case UNEQUAL -> Condition.not(in(List.of(address)));
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
    public Condition<T> in(List<IpPrefix> items) {
        NumberSet ipv4 = new NumberSet(items.stream()
                .filter(prefix -> !prefix.isIpv6())
                .map(IpPrefix::range)
                .toList());
        List<IpPrefix> ipv6 = items.stream().filter(IpPrefix::isIpv6).toList();
        List<Condition<T>> tests = new ArrayList<>();
        for (Side<T> side : sides) {
            if (ipv6.size() < items.size()) {
                tests.add(subject -> ipv4.contains(side.ipv4(subject)));
            }
            for (IpPrefix prefix : ipv6) {
                long highMask = prefix.highMask();
                long lowMask = prefix.lowMask();
                tests.add(subject -> side.isIn(subject, prefix, highMask, lowMask));
            }
        }
        return Condition.anyOf(tests);
    }
}
