// For tests: prints what the API server of Kubernetes would not take of the manifests on standard input, and ends with 1
// where anything is. Each is decoded strictly, given its defaults, and judged by the strategy by which the API server creates
// its kind. Kinds of the Prometheus operator are decoded strictly.
package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/autoscaling/horizontalpodautoscaler"
	"k8s.io/kubernetes/pkg/registry/core/configmap"
	"k8s.io/kubernetes/pkg/registry/core/service"
	"k8s.io/kubernetes/pkg/registry/core/serviceaccount"
	"k8s.io/kubernetes/pkg/registry/networking/networkpolicy"
	"k8s.io/kubernetes/pkg/registry/policy/poddisruptionbudget"
	"sigs.k8s.io/yaml"
)

// By kind; resource is its name in URLs, which some strategies ask for.
var kinds = map[string]struct {
	resource string
	strategy rest.RESTCreateStrategy
}{
	"ConfigMap":               {"configmaps", configmap.Strategy},
	"Deployment":              {"deployments", deployment.Strategy},
	"HorizontalPodAutoscaler": {"horizontalpodautoscalers", horizontalpodautoscaler.Strategy},
	"NetworkPolicy":           {"networkpolicies", networkpolicy.Strategy},
	"PodDisruptionBudget":     {"poddisruptionbudgets", poddisruptionbudget.Strategy},
	"Service":                 {"services", service.Strategy},
	"ServiceAccount":          {"serviceaccounts", serviceaccount.Strategy},
}

var decoder = serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict).UniversalDecoder()

func main() {
	documents := utilyaml.NewYAMLReader(bufio.NewReader(os.Stdin))
	problems := 0
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			fmt.Println(err)
			os.Exit(2)
		}
		if len(bytes.TrimSpace(document)) == 0 {
			continue
		}
		for _, problem := range judge(document) {
			fmt.Println(problem)
			problems++
		}
	}
	if problems > 0 {
		os.Exit(1)
	}
}

func judge(document []byte) []string {
	var head metav1.PartialObjectMetadata
	if err := yaml.Unmarshal(document, &head); err != nil {
		return []string{err.Error()}
	}
	name := fmt.Sprintf("%s %s: ", head.Kind, head.Name)
	if strings.HasPrefix(head.APIVersion, "monitoring.coreos.com/") {
		return judgeMonitoring(name, head.Kind, document)
	}
	known, isKnown := kinds[head.Kind]
	if !isKnown {
		return []string{name + "a kind that this program does not know"}
	}
	json, err := yaml.YAMLToJSONStrict(document)
	if err != nil {
		return []string{name + err.Error()}
	}
	object, _, err := decoder.Decode(json, nil, nil)
	if err != nil {
		return []string{name + err.Error()}
	}
	return judgeObject(name, head, known.resource, known.strategy, object)
}

func judgeObject(name string, head metav1.PartialObjectMetadata, resource string, strategy rest.RESTCreateStrategy, object runtime.Object) []string {
	kind := head.GroupVersionKind()
	ctx := request.WithRequestInfo(request.WithNamespace(context.Background(), "test"), &request.RequestInfo{
		IsResourceRequest: true,
		Verb:              "create",
		APIGroup:          kind.Group,
		APIVersion:        kind.Version,
		Resource:          resource,
		Namespace:         "test",
		Name:              head.Name,
	})
	accessor, isObject := object.(metav1.Object)
	if !isObject {
		return []string{name + "no object"}
	}
	accessor.SetNamespace("test")
	strategy.PrepareForCreate(ctx, object)
	var problems []string
	for _, problem := range strategy.Validate(ctx, object) {
		problems = append(problems, name+problem.Error())
	}
	return problems
}

func judgeMonitoring(name, kind string, document []byte) []string {
	objects := map[string]any{"PodMonitor": &monitoring.PodMonitor{}, "PrometheusRule": &monitoring.PrometheusRule{}}
	object, isKnown := objects[kind]
	if !isKnown {
		return []string{name + "a kind that this program does not know"}
	}
	if err := yaml.UnmarshalStrict(document, object); err != nil {
		return []string{name + err.Error()}
	}
	return nil
}
