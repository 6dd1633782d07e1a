// Measures the simulation of Kyverno: many claims under many policies that generate objects.
#pragma once

namespace vlint::bench {

void measure_kyverno(unsigned claims, unsigned policies, unsigned rounds);

}  // namespace vlint::bench
