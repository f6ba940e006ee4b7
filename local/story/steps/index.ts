import type { Step } from '../story';
import { deploy } from './01-deploy';
import { develop } from './02-develop';
import { qualify } from './03-qualify';
import { promote } from './04-promote';
import { monitorQuiet } from './05-monitor';
import { shuffledLabels } from './06-shuffled-labels';
import { failsUnderLoad } from './07-fails-under-load';
import { drift } from './08-drift';
import { replace } from './09-replace';
import { rollBack } from './10-roll-back';

/** The story, in order. */
export const STEPS: readonly Step[] = [deploy, develop, qualify, promote, monitorQuiet, shuffledLabels, failsUnderLoad, drift, replace, rollBack];
