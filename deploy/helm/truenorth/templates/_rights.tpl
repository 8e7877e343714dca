{{- /*
What the sources read, as JSON: a list of {group, resource, wide, namespaces, told, annotated}.
wide: the kind has no namespace. namespaces: none for all. It says what components/operator/rbac.py does; a test holds
the two against each other.
*/ -}}
{{- define "truenorth.reads" -}}
{{- $settings := .Values.settings -}}
{{- $cluster := $settings.cluster | default dict -}}
{{- $own := $cluster.namespaces | default list -}}
{{- $gateways := $cluster.gateway_namespaces | default list -}}
{{- $told := ne (toString (get $cluster "events")) "false" -}}
{{- $annotated := eq (toString (get $cluster "status_annotation")) "true" -}}
{{- $reads := list -}}
{{- $group := "gateway.networking.k8s.io" -}}
{{- $experimental := "gateway.networking.x-k8s.io" -}}
{{- $kinds := dict
  "gateway-httproute" (list $group "httproutes")
  "gateway-grpcroute" (list $group "grpcroutes")
  "gateway-tlsroute" (list $group "tlsroutes")
  "gateway-tcproute" (list $group "tcproutes")
  "gateway-udproute" (list $group "udproutes")
  "ingress" (list "networking.k8s.io" "ingresses")
  "service" (list "" "services")
  "node" (list "" "nodes")
  "pod" (list "" "pods")
  "crd" (list "externaldns.k8s.io" "dnsendpoints")
  "traefik-ingressroute" (list "traefik.io" "ingressroutes")
  "traefik-ingressroutetcp" (list "traefik.io" "ingressroutetcps")
  "traefik-ingressrouteudp" (list "traefik.io" "ingressrouteudps")
  "istio-gateway" (list "networking.istio.io" "gateways")
  "istio-virtualservice" (list "networking.istio.io" "virtualservices")
  "contour-httpproxy" (list "projectcontour.io" "httpproxies")
  "openshift-route" (list "route.openshift.io" "routes")
  "kong-tcpingress" (list "configuration.konghq.com" "tcpingresses") -}}
{{- $everywhere := dict "wide" false "namespaces" list "told" false "annotated" false -}}
{{- range $source := $settings.sources | default list -}}
  {{- $kind := get $kinds $source -}}
  {{- $wide := eq $source "node" -}}
  {{- $reads = append $reads (dict "group" (index $kind 0) "resource" (index $kind 1) "wide" $wide "namespaces" $own "told" $told "annotated" $annotated) -}}
  {{- if hasPrefix "gateway-" $source -}}
    {{- range $kind := list (list $group "gateways") (list $group "listenersets") (list $experimental "xlistenersets") -}}
      {{- $reads = append $reads (dict "group" (index $kind 0) "resource" (index $kind 1) "wide" false "namespaces" $gateways "told" $told "annotated" false) -}}
    {{- end -}}
    {{- $reads = append $reads (dict "group" "" "resource" "namespaces" "wide" true "namespaces" list "told" false "annotated" false) -}}
  {{- end -}}
  {{- if eq $source "istio-virtualservice" -}}
    {{- $reads = append $reads (merge (dict "group" "networking.istio.io" "resource" "gateways") $everywhere) -}}
  {{- end -}}
  {{- if or (hasPrefix "istio-" $source) (hasKey ($cluster.source_services | default dict) $source) -}}
    {{- $reads = append $reads (merge (dict "group" "" "resource" "services") $everywhere) -}}
  {{- end -}}
  {{- if and (eq $source "service") (eq (toString (get $cluster "pod_targets")) "true") -}}
    {{- $reads = append $reads (dict "group" "" "resource" "pods" "wide" false "namespaces" $own "told" false "annotated" false) -}}
  {{- end -}}
  {{- if eq $source "pod" -}}
    {{- $reads = append $reads (dict "group" "" "resource" "nodes" "wide" true "namespaces" list "told" false "annotated" false) -}}
  {{- end -}}
  {{- if eq $source "service" -}}
    {{- $reads = append $reads (dict "group" "discovery.k8s.io" "resource" "endpointslices" "wide" false "namespaces" $own "told" false "annotated" false) -}}
    {{- $reads = append $reads (dict "group" "" "resource" "nodes" "wide" true "namespaces" list "told" false "annotated" false) -}}
  {{- end -}}
{{- end -}}
{{- range $kind := $cluster.kinds | default list -}}
  {{- $reads = append $reads (dict "group" $kind.group "resource" $kind.plural "wide" false "namespaces" $own "told" $told "annotated" $annotated) -}}
  {{- if $kind.service -}}
    {{- $reads = append $reads (merge (dict "group" "" "resource" "services") $everywhere) -}}
  {{- end -}}
{{- end -}}
{{- range $domain := $cluster.domains | default list -}}
  {{- if $domain.labels -}}
    {{- $reads = append $reads (dict "group" "" "resource" "namespaces" "wide" true "namespaces" list "told" false "annotated" false) -}}
  {{- end -}}
{{- end -}}
{{- $geo := $settings.geo | default dict -}}
{{- $given := .Values.variables | default dict -}}
{{- $switched := or (get $given "GEO_LOCATION") (get $given "CF_LB_HOSTNAME") (get $given "CF_ORIGIN_WEIGHT") -}}
{{- if and (or $geo $switched) (not $geo.addresses) (not $geo.wan) -}}
  {{- $balanced := dict
    "ingress" (dict "group" "networking.k8s.io" "resource" "ingresses" "namespaces" $own)
    "service" (dict "group" "" "resource" "services" "namespaces" $own)
    "gateway" (dict "group" $group "resource" "gateways" "namespaces" $gateways) -}}
  {{- range $kind := $geo.kinds | default (list "ingress" "service" "gateway") -}}
    {{- $reads = append $reads (merge (dict "wide" false "told" $told "annotated" false) (get $balanced $kind)) -}}
  {{- end -}}
{{- end -}}
{{- $reads | toJson -}}
{{- end -}}

{{- /* The rules by namespace, as JSON; the key "" is the whole cluster. */ -}}
{{- define "truenorth.rules" -}}
{{- $rules := dict -}}
{{- range $read := include "truenorth.reads" . | fromJsonArray -}}
  {{- $places := $read.namespaces | default (list "") -}}
  {{- if $read.wide -}}{{- $places = list "" -}}{{- end -}}
  {{- $verbs := list "list" "watch" -}}
  {{- if $read.told -}}{{- $verbs = prepend $verbs "get" -}}{{- end -}}
  {{- if $read.annotated -}}{{- $verbs = append $verbs "patch" -}}{{- end -}}
  {{- $rule := dict "apiGroups" (list $read.group) "resources" (list $read.resource) "verbs" $verbs -}}
  {{- range $place := $places -}}
    {{- $_ := set $rules $place (append (get $rules $place | default list) $rule | uniq) -}}
    {{- if and $read.told (eq $read.resource "dnsendpoints") -}}
      {{- $status := dict "apiGroups" (list $read.group) "resources" (list "dnsendpoints/status") "verbs" (list "patch") -}}
      {{- $_ := set $rules $place (append (get $rules $place) $status | uniq) -}}
    {{- end -}}
    {{- if $read.told -}}
      {{- $events := dict "apiGroups" (list "") "resources" (list "events") "verbs" (list "create" "patch") -}}
      {{- $where := ternary "default" $place $read.wide -}}
      {{- $_ := set $rules $where (append (get $rules $where | default list) $events | uniq) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- if and .Values.externalDns.image .Values.externalDns.rules -}}
  {{- $_ := set $rules "" (concat (get $rules "" | default list) .Values.externalDns.rules) -}}
{{- end -}}
{{- $kept := include "truenorth.kept" . | fromJsonArray -}}
{{- $secrets := false -}}
{{- range $kept -}}{{- if eq .resource "secrets" -}}{{- $secrets = true -}}{{- end -}}{{- end -}}
{{- if or $secrets (include "truenorth.reads" . | fromJsonArray) -}}
  {{- $identity := dict "apiGroups" (list "") "resources" (list "namespaces") "resourceNames" (list "kube-system") "verbs" (list "get") -}}
  {{- $_ := set $rules "" (append (get $rules "" | default list) $identity) -}}
{{- end -}}
{{- range $kept := $kept -}}
  {{- $groups := list $kept.group -}}
  {{- $resources := list $kept.resource -}}
  {{- $one := dict "apiGroups" $groups "resources" $resources "resourceNames" (list $kept.name) "verbs" $kept.verbs -}}
  {{- $all := dict "apiGroups" $groups "resources" $resources "verbs" $kept.any -}}
  {{- $_ := set $rules $kept.namespace (append (get $rules $kept.namespace | default list) $all | uniq) -}}
  {{- if $kept.verbs -}}
    {{- $_ := set $rules $kept.namespace (append (get $rules $kept.namespace) $one | uniq) -}}
  {{- end -}}
{{- end -}}
{{- $rules | toJson -}}
{{- end -}}

{{- /* The objects of ours: verbs on the one, and on any of its kind, as no rule can name what is yet to be made. */ -}}
{{- define "truenorth.kept" -}}
{{- $watch := .Values.settings.watch | default dict -}}
{{- $election := $watch.election | default dict -}}
{{- $cache := $watch.cache | default dict -}}
{{- $place := $election.lock_namespace | default .Release.Namespace -}}
{{- $kept := list -}}
{{- $lease := dict "group" "coordination.k8s.io" "resource" "leases" "any" (list "create") "verbs" (list "get" "watch" "update") -}}
{{- if ne (toString $election.enabled) "off" -}}
  {{- $name := $election.lock_name | default (include "truenorth.lock" .) -}}
  {{- $kept = append $kept (merge (dict "namespace" $place "name" $name) $lease) -}}
{{- end -}}
{{- if ne (toString $cache.enabled) "off" -}}
  {{- $kept = append $kept (dict "namespace" ($cache.namespace | default $place) "name" ($cache.name | default "truenorth-wan-ip") "group" "" "resource" "configmaps" "any" (list "create") "verbs" (list "get" "watch" "update")) -}}
{{- end -}}
{{- if and (include "truenorth.dyndns" .) (ne (toString (dig "dyndns" "shared" "auto" $watch)) "off") -}}
  {{- $name := printf "%s-pushed" ($election.lock_name | default (include "truenorth.lock" .)) -}}
  {{- $kept = append $kept (dict "namespace" $place "name" $name "group" "" "resource" "configmaps" "any" (list "create") "verbs" (list "get" "watch" "update")) -}}
{{- end -}}
{{- $settings := .Values.settings -}}
{{- $zones := $settings.zones | default (list $settings) -}}
{{- range $zone := kindIs "slice" $zones | ternary $zones list -}}
  {{- if kindIs "map" $zone -}}
    {{- $file := $zone.coredns | default $settings.coredns | default dict -}}
    {{- if and (eq (toString ($zone.provider | default $settings.provider)) "coredns") $file.config_map (not $file.kubeconfig) (not $file.context) -}}
      {{- $kept = append $kept (dict "namespace" ($file.namespace | default "kube-system") "name" $file.config_map "group" "" "resource" "configmaps" "any" (list "create") "verbs" (list "get" "list" "watch" "patch" "delete")) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- $state := include "truenorth.state" . | default (.Values.settings.backend | default "") -}}
{{- if and (hasPrefix "kubernetes://" $state) (not (contains "?" $state)) -}}
  {{- $parts := splitList "/" (trimPrefix "kubernetes://" $state) -}}
  {{- $namespace := index $parts 0 -}}
  {{- $kept = append $kept (merge (dict "namespace" $namespace "name" (include "truenorth.lock" .)) $lease) -}}
  {{- $kept = append $kept (dict "namespace" $namespace "name" (index $parts 1) "group" "" "resource" "secrets" "any" (list "get" "list" "create" "update" "delete") "verbs" list) -}}
{{- end -}}
{{- $kept | toJson -}}
{{- end -}}
