// Measures the backup plan: many workloads under many Schedules, with a version of Velero that the manifests tell and
// with one that they don't, so that older releases are compared.
#pragma once

namespace vlint::bench {

void measure_plan(unsigned workloads, unsigned schedules, unsigned rounds);

}  // namespace vlint::bench
