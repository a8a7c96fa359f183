package io.nurs.appliance.config;

import org.jspecify.annotations.Nullable;

/**
 * Takes interface indexes and the flow's direction out of the connection mark, where firewall rules have put them.
 *
 * @param directionMask a mark with any of these bits is egress (1), else ingress (0); 0 makes every flow ingress
 * @param names whether the numbers are the kernel's interface indexes, whose names collectors are told
 */
public record MarkInterfacesConfig(MarkField ingress, MarkField egress, int directionMask, boolean names)
        implements FilterConfig {
    private static final String FIELD_ADVICE = "write the mark's bits as MASK >> SHIFT, such as 0xf00 >> 8";

    static @Nullable MarkInterfacesConfig read(YamlSection section) {
        MarkField ingress = section.required("ingress", FIELD_ADVICE, MarkField::parse);
        MarkField egress = section.required("egress", FIELD_ADVICE, MarkField::parse);
        int directionMask = section.read("direction", 0, ScalarText::u32);
        boolean names = section.flag("names", false);
        section.finish();
        return ingress == null || egress == null
                ? null
                : new MarkInterfacesConfig(ingress, egress, directionMask, names);
    }
}
