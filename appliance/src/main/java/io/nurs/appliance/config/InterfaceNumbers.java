package io.nurs.appliance.config;

import org.jspecify.annotations.Nullable;

/**
 * Interfaces that an exporter's flow records name where no filter knows better, as a router with one link to each side can say.
 *
 * @param ingress of the originator's packets, unsigned; of the reply's they are exchanged
 * @param egress the same
 */
public record InterfaceNumbers(int ingress, int egress) {
    private static final String INGRESS = "ingress-interface";
    private static final String EGRESS = "egress-interface";

    /** The keys stand among the exporter's own; null if they are absent, or after reporting what is wrong. */
    static @Nullable InterfaceNumbers read(YamlSection exporter) {
        YamlValue ingress = exporter.value(INGRESS);
        YamlValue egress = exporter.value(EGRESS);
        if (ingress == null && egress == null) {
            return null;
        }
        if (ingress == null || egress == null) {
            YamlValue only = ingress == null ? egress : ingress;
            if (only != null) {
                only.error("write " + (ingress == null ? INGRESS : EGRESS) + " as well; `ip link` shows the numbers");
            }
            return null;
        }
        return new InterfaceNumbers((int) exporter.integer(INGRESS, 1, 1, ScalarText.U32_MAX), (int)
                exporter.integer(EGRESS, 1, 1, ScalarText.U32_MAX));
    }
}
