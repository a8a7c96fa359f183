package io.nurs.appliance.export;

import static io.nurs.appliance.export.NursElement.*;
import static io.nurs.flow.IanaElements.*;

import io.nurs.appliance.source.NfacctReport;
import io.nurs.flow.Field;
import io.nurs.flow.Template;
import java.util.ArrayList;
import java.util.List;

/**
 * The dictionary of accounting objects. Totals have elements of our own: collectors (nfdump is one) take IANA's packetTotalCount for
 * traffic as they do packetDeltaCount, and would count it each time.
 */
final class NfacctTemplates {
    /** Flows have ids from 256 on, options from 300, events of NAT from 512. */
    private static final int FIRST_ID = 600;

    /** NFACCT_NAME_MAX, of which a NUL is one. */
    private static final int NAME_BYTES = 32;

    private final Template<NfacctReport> zeroed;
    private final Template<NfacctReport> total;
    private final Template<NfacctReport> quota;

    NfacctTemplates(ObservationFields own) {
        zeroed = own.template(FIRST_ID, joined(interval(), about(own)));
        total = own.template(FIRST_ID + 1, joined(interval(), totals(own), about(own)));
        quota = own.template(
                FIRST_ID + 2,
                joined(
                        List.of(Field.u64(observationTimeMilliseconds, NfacctReport::endMillis)),
                        totals(own),
                        about(own)));
    }

    private static List<Field<NfacctReport>> interval() {
        return List.of(
                Field.u64(flowStartMilliseconds, NfacctReport::startMillis),
                Field.u64(flowEndMilliseconds, NfacctReport::endMillis),
                Field.u64(packetDeltaCount, NfacctReport::packets),
                Field.u64(octetDeltaCount, NfacctReport::octets));
    }

    private static List<Field<NfacctReport>> totals(ObservationFields own) {
        return List.of(
                own.number(acctPacketTotal, report -> report.object().packets()),
                own.number(acctOctetTotal, report -> report.object().bytes()));
    }

    private static List<Field<NfacctReport>> about(ObservationFields own) {
        List<Field<NfacctReport>> fields = new ArrayList<>(List.of(
                own.number(acctFlags, report -> report.object().flags()),
                own.number(acctQuota, report -> report.object().quota()),
                own.number(acctUses, report -> report.object().uses())));
        fields.addAll(own.namespace());
        fields.add(own.string(acctName, NAME_BYTES, report -> report.object().name()));
        return fields;
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static List<Field<NfacctReport>> joined(List<Field<NfacctReport>>... parts) {
        return List.of(parts).stream().flatMap(List::stream).toList();
    }

    List<Template<NfacctReport>> all() {
        return List.of(zeroed, total, quota);
    }

    Template<NfacctReport> of(NfacctReport report) {
        return switch (report.kind()) {
            case ZEROED -> zeroed;
            case TOTAL -> total;
            case QUOTA -> quota;
        };
    }
}
