import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { ModelProjectData } from '../../lambda/shared/project/contract';
import { noteRisk } from '../compliance/risk';
import { developmentPlace, type EnvironmentConfig, networkOf, type PromotionChain, servingPlace } from '../config/environment';
import { names, type Place } from '../config/names';
import { useEnvironmentDefaults } from '../core/environment-defaults';
import { DuckDbLayer } from '../core/functions/duckdb-layer';
import { MachineStarter } from '../core/machines/machine-starter';
import { StackNetwork } from '../core/network/stack-network';
import { Janitor } from '../gates/janitor';
import { Feedback } from '../monitoring/feedback';
import { ModelDashboard } from '../monitoring/model-dashboard';
import { ModelMonitor } from '../monitoring/model-monitor';
import { MonitorAlarms } from '../monitoring/monitor-alarms';
import { MonitorHandlers } from '../monitoring/monitor-handlers';
import { labelPattern } from '../registry/label-events';

/** Properties of {@link ModelMonitoringStack}. */
export interface ModelMonitoringStackProps extends StackProps {
  readonly environment: EnvironmentConfig;
  readonly chain: PromotionChain;
  readonly project: ModelProjectData;
}

/** Watches one model where it serves permanently: the monitor with what starts it, alarms, a dashboard. */
export class ModelMonitoringStack extends Stack {
  public readonly monitor: ModelMonitor;
  public readonly feedback: Feedback;
  public readonly alarms: MonitorAlarms;

  constructor(scope: Construct, id: string, props: ModelMonitoringStackProps) {
    const { environment, chain, project, ...stackProps } = props;
    const place = servingPlace(environment);
    const development = developmentPlace(chain.production);
    const model = project.declaration.name;
    super(scope, id, {
      env: { account: place.account, region: place.region },
      description: `Monitoring of the model ${model} in the environment ${environment.name}`,
      terminationProtection: environment.removalPolicy === RemovalPolicy.RETAIN,
      ...stackProps,
    });
    useEnvironmentDefaults(this, place);
    StackNetwork.use(this, place, networkOf(environment, place));
    noteRisk(this, project.declaration.modelCard.riskRating);
    const common = { place, project, development, duckDb: new DuckDbLayer(this, 'DuckDb') };
    this.feedback = new Feedback(this, 'Feedback', common);
    this.monitor = new ModelMonitor(this, 'Monitor', { place, project, handlers: new MonitorHandlers(this, 'Handlers', common), feedback: this.feedback });
    const { stateMachineName, gate } = this.monitor;
    this.makeTriggers(place, development, project, stateMachineName);
    new Janitor(this, 'Janitor', { place, project, purpose: 'monitor', machines: [{ stateMachineName, machine: 'monitor', gates: [gate.gate], mode: 'QUALITATIVE' }] });
    this.alarms = new MonitorAlarms(this, 'Alarms', { place, model, stateMachineName });
    new ModelDashboard(this, 'Dashboard', { place, project, alarms: this.alarms });
  }

  /** The declared schedule, and labels that arrive. */
  private makeTriggers(place: Place, development: Place, project: ModelProjectData, stateMachineName: string): void {
    const { name: model, monitoring } = project.declaration;
    const starter = new MachineStarter(this, 'Starter', { place, project, machine: 'monitor', stateMachineName });
    starter.onSchedule('Schedule', `Monitors ${model}`, monitoring.schedule);
    starter.onEvent(
      'Labels',
      `A delivery of labels of ${model} is complete`,
      labelPattern(model, development),
      // In another account than that of the data, the environment's own bus gets the event handed on.
      development.account === place.account ? undefined : events.EventBus.fromEventBusName(this, 'Bus', names.eventBus(place.environment)),
    );
  }
}
