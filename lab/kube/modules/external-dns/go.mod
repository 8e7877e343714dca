module truenorth.local/lab/external-dns

go 1.27.0

require sigs.k8s.io/external-dns v0.23.0

require github.com/gogo/protobuf v1.3.2 // indirect

// Not to be had from every module proxy in the versions of 0.23; no test uses the three.
replace github.com/exoscale/egoscale/v3 => github.com/exoscale/egoscale/v3 v3.1.43

replace github.com/openshift/api => github.com/openshift/api v0.0.0-20251015095338-264e80a2b6e7

replace github.com/civo/civogo => github.com/civo/civogo v0.7.2
