/**
 * As much of Kubernetes' objects as the tests of the chart look at.
 */
export type Labels = Readonly<Record<string, string>>;

export interface Port {
  readonly name: string;
  readonly port: number;
  readonly containerPort: number;
  readonly targetPort: string;
  readonly nodePort?: number;
  readonly protocol: string;
}

export interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } };
}

export interface Container {
  readonly args?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: readonly Variable[];
  readonly ports?: readonly Port[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly subPath?: string;
  }[];
  readonly [probe: `${string}Probe`]:
    | { readonly httpGet: { readonly path: string; readonly port: string } }
    | undefined;
}

export interface PodSpec {
  readonly hostNetwork?: boolean;
  readonly automountServiceAccountToken: boolean;
  readonly enableServiceLinks: boolean;
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly containers: readonly Container[];
  readonly volumes?: readonly {
    readonly name: string;
    readonly configMap?: { readonly name: string };
    readonly secret?: { readonly secretName: string };
  }[];
}

export interface PolicyRule {
  readonly from?: readonly { readonly podSelector?: { readonly matchLabels: Labels } }[];
  readonly to?: readonly { readonly podSelector?: { readonly matchLabels: Labels } }[];
  readonly ports?: readonly { readonly port?: number | string; readonly protocol: string }[];
}

export interface Spec {
  readonly replicas?: number;
  readonly serviceName?: string;
  readonly selector: { readonly matchLabels: Labels } & Labels;
  readonly podSelector: { readonly matchLabels: Labels };
  readonly template: {
    readonly metadata: { readonly labels: Labels; readonly annotations?: Labels };
    readonly spec: PodSpec;
  };
  readonly type?: string;
  readonly externalTrafficPolicy?: string;
  readonly ports: readonly Port[];
  readonly scaleTargetRef: { readonly kind: string; readonly name: string };
  readonly triggers: readonly { readonly type: string; readonly metadata: Labels }[];
  readonly metrics: readonly { readonly type: string }[];
  readonly ingress: readonly PolicyRule[];
  readonly egress: readonly PolicyRule[];
  readonly policyTypes: readonly string[];
  readonly endpoints: readonly { readonly port: string; readonly path: string }[];
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string }[];
  }[];
}

export interface Kubernetes {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Labels;
    readonly annotations?: Labels;
  };
  readonly spec: Spec;
  readonly data?: Labels;
  readonly stringData?: Labels;
}

export const ofKind = (objects: readonly Kubernetes[], ...kinds: readonly string[]): readonly Kubernetes[] =>
  objects.filter(({ kind }) => kinds.includes(kind));

export const workloadsOf = (objects: readonly Kubernetes[]): readonly Kubernetes[] =>
  ofKind(objects, 'Deployment', 'StatefulSet');

/** Workloads whose only container is the gateway. */
export const rolesOf = (objects: readonly Kubernetes[]): readonly Kubernetes[] =>
  workloadsOf(objects).filter(({ metadata }) => metadata.labels['app.kubernetes.io/name'] === 'stoxgate');

export const containerOf = ({ spec }: Kubernetes): Container => spec.template.spec.containers[0]!;

export const roleOf = (object: Kubernetes): string =>
  object.metadata.labels['app.kubernetes.io/component'] ?? '';

/** A StatefulSet's pods also have their name as a label. */
const ORDINAL = 'statefulset.kubernetes.io/pod-name';

export const selects = (selector: Labels, labels: Labels): boolean =>
  Object.entries(selector).every(([key, value]) => key === ORDINAL || labels[key] === value);

/** Workloads whose pods `selector` selects. */
export const selected = (objects: readonly Kubernetes[], selector: Labels): readonly Kubernetes[] =>
  workloadsOf(objects).filter(({ spec }) => selects(selector, spec.template.metadata.labels));
