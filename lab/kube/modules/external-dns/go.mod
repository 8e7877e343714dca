module truenorth.local/lab/external-dns

go 1.26.6

require sigs.k8s.io/external-dns v0.22.0

require github.com/gogo/protobuf v1.3.2 // indirect

// Not to be had from every module proxy in the versions of 0.22; no test uses the two.
replace github.com/exoscale/egoscale/v3 => github.com/exoscale/egoscale/v3 v3.1.43

replace github.com/openshift/api => github.com/openshift/api v0.0.0-20251015095338-264e80a2b6e7
