import { DELIMITERS } from '../interpreter/distributed/csv';
import { DISTRIBUTED_FIELDS, PART_FIELDS } from './fields';

type Json = Readonly<Record<string, unknown>>;

export interface Problem {
  readonly message: string;
  /** Below the state: `ItemReader/Resource`. */
  readonly at: string;
}

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const part = (value: unknown): Json => (isRecord(value) ? value : {});

/** A value that must be one of a list, if it is there. */
function oneOf(value: unknown, allowed: readonly string[], at: string): Problem[] {
  return value === undefined || (typeof value === 'string' && allowed.includes(value))
    ? []
    : [{ at, message: `${at.split('/').at(-1)} is ${JSON.stringify(value)} but must be one of ${allowed.join(', ')}` }];
}

const READERS = ['arn:aws:states:::s3:getObject', 'arn:aws:states:::s3:listObjectsV2'];
const WRITERS = ['arn:aws:states:::s3:putObject'];
/** AWS reads Parquet files and S3 inventories too. */
const INPUT_TYPES = ['CSV', 'JSON', 'JSONL'];
const LABEL_LIMIT = 40;

function readerProblems(reader: Json): Problem[] {
  const config = part(reader.ReaderConfig);
  const lists = reader.Resource === READERS[1];
  return [
    ...oneOf(reader.Resource ?? '', READERS, 'ItemReader/Resource'),
    ...(lists ? [] : oneOf(config.InputType ?? '', INPUT_TYPES, 'ItemReader/ReaderConfig/InputType')),
    ...oneOf(config.CSVHeaderLocation, ['FIRST_ROW', 'GIVEN'], 'ItemReader/ReaderConfig/CSVHeaderLocation'),
    ...oneOf(config.CSVDelimiter, Object.keys(DELIMITERS), 'ItemReader/ReaderConfig/CSVDelimiter'),
    ...(config.InputType === 'CSV' && config.CSVHeaderLocation === undefined ? [{ at: 'ItemReader/ReaderConfig', message: "Field 'CSVHeaderLocation' is required for CSV" }] : []),
    ...(config.CSVHeaderLocation === 'GIVEN' && !Array.isArray(config.CSVHeaders) ? [{ at: 'ItemReader/ReaderConfig', message: "Field 'CSVHeaders' is required when the header is GIVEN" }] : []),
  ];
}

function writerProblems(writer: Json): Problem[] {
  const config = part(writer.WriterConfig);
  return [
    ...(writer.Resource === undefined && writer.WriterConfig === undefined ? [{ at: 'ResultWriter', message: "One of the fields 'Resource' and 'WriterConfig' is required" }] : []),
    ...oneOf(writer.Resource, WRITERS, 'ResultWriter/Resource'),
    ...oneOf(config.Transformation, ['NONE', 'COMPACT', 'FLATTEN'], 'ResultWriter/WriterConfig/Transformation'),
    ...oneOf(config.OutputType, ['JSON', 'JSONL'], 'ResultWriter/WriterConfig/OutputType'),
  ];
}

const unknownFields = (value: unknown, allowed: readonly string[], at: string): Problem[] =>
  Object.keys(part(value)).filter((field) => !allowed.includes(field)).map((field) => ({ at: `${at}/${field}`, message: `Field '${field}' is not supported; allowed are ${allowed.join(', ')}` }));

/** What is wrong with a Map state in its mode. */
export function mapProblems(state: Json): Problem[] {
  const mode = part(part(state.ItemProcessor).ProcessorConfig);
  const modeAt = 'ItemProcessor/ProcessorConfig/Mode';
  if (mode.Mode !== 'DISTRIBUTED') {
    return [
      ...oneOf(mode.Mode, ['INLINE', 'DISTRIBUTED'], modeAt),
      ...['ExecutionType'].filter((name) => mode[name] !== undefined).map((name) => ({ at: `ItemProcessor/ProcessorConfig/${name}`, message: `Field '${name}' is only supported in Mode 'DISTRIBUTED'` })),
      ...DISTRIBUTED_FIELDS.filter((name) => state[name] !== undefined).map((name) => ({ at: name, message: `Field '${name}' is only supported in Mode 'DISTRIBUTED'` })),
    ];
  }
  const label = state.Label;
  return [
    ...oneOf(mode.ExecutionType ?? '', ['STANDARD', 'EXPRESS'], 'ItemProcessor/ProcessorConfig/ExecutionType'),
    ...(state.Items !== undefined && state.ItemReader !== undefined ? [{ at: 'ItemReader', message: "Only one of the fields 'Items' and 'ItemReader' is allowed" }] : []),
    ...(label === undefined || (typeof label === 'string' && label.length <= LABEL_LIMIT && /^[\w.-]+$/.test(label)) ? [] : [{ at: 'Label', message: `Label is ${JSON.stringify(label)} but must have 1 to ${LABEL_LIMIT} letters, digits, dots, hyphens and underscores` }]),
    ...unknownFields(state.ItemReader, PART_FIELDS.itemReader, 'ItemReader'),
    ...unknownFields(part(state.ItemReader).ReaderConfig, PART_FIELDS.readerConfig, 'ItemReader/ReaderConfig'),
    ...unknownFields(state.ItemBatcher, PART_FIELDS.itemBatcher, 'ItemBatcher'),
    ...unknownFields(state.ResultWriter, PART_FIELDS.resultWriter, 'ResultWriter'),
    ...unknownFields(part(state.ResultWriter).WriterConfig, PART_FIELDS.writerConfig, 'ResultWriter/WriterConfig'),
    ...(isRecord(state.ItemReader) ? readerProblems(state.ItemReader) : []),
    ...(isRecord(state.ResultWriter) ? writerProblems(state.ResultWriter) : []),
  ];
}
