"""Drives a local AWS with boto3 and prints what it saw as JSON. Endpoint and credentials come from the environment, as a user would give them."""

import io
import json
import sys

import boto3
from botocore.exceptions import ClientError

GROUP, FUNCTION, MACHINE_ARN, ENDPOINT = sys.argv[1:5]


def code_of(call):
    try:
        call()
    except ClientError as error:
        return error.response['Error']['Code']
    return None


def main():
    sagemaker, states, logs, cloudwatch = (boto3.client(name) for name in ('sagemaker', 'stepfunctions', 'logs', 'cloudwatch'))
    seen = {'account': boto3.client('sts').get_caller_identity()['Account']}

    pages = sagemaker.get_paginator('list_model_packages').paginate(ModelPackageGroupName=GROUP, PaginationConfig={'PageSize': 5})
    seen['pages'] = [[package['ModelPackageVersion'] for package in page['ModelPackageSummaryList']] for page in pages]
    arn = sagemaker.list_model_packages(ModelPackageGroupName=GROUP, MaxResults=1)['ModelPackageSummaryList'][0]['ModelPackageArn']
    sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus='Approved', ApprovalDescription='by boto3')
    package = sagemaker.describe_model_package(ModelPackageName=arn)
    seen['approval'] = [package['ModelApprovalStatus'], package['ApprovalDescription']]

    answer = boto3.client('lambda').invoke(FunctionName=FUNCTION, Payload=json.dumps({'who': 'boto3'}))
    seen['function'] = json.loads(answer['Payload'].read())
    boto3.client('lambda').get_waiter('function_active_v2').wait(FunctionName=FUNCTION)
    sagemaker.get_waiter('endpoint_in_service').wait(EndpointName=ENDPOINT)
    inference = boto3.client('sagemaker-runtime').invoke_endpoint(EndpointName=ENDPOINT, ContentType='application/json', Body=json.dumps({'x': 21}))
    seen['inference'] = json.loads(inference['Body'].read())

    execution = states.start_execution(stateMachineArn=MACHINE_ARN, name='boto3', input=json.dumps({'who': 'boto3'}))['executionArn']
    while (found := states.describe_execution(executionArn=execution))['status'] == 'RUNNING':
        pass
    seen['execution'] = [found['status'], json.loads(found['output'])]
    history = states.get_paginator('get_execution_history').paginate(executionArn=execution, PaginationConfig={'PageSize': 2})
    seen['history'] = [event['type'] for page in history for event in page['events']]

    cloudwatch.put_metric_data(Namespace='Clients', MetricData=[{'MetricName': 'seen', 'Value': 1}])
    seen['metrics'] = [metric['MetricName'] for metric in cloudwatch.list_metrics(Namespace='Clients')['Metrics']]
    groups = logs.get_paginator('describe_log_groups').paginate(logGroupNamePrefix='/aws/lambda/')
    seen['logGroups'] = [group['logGroupName'] for page in groups for group in page['logGroups']]

    s3 = boto3.client('s3')
    s3.create_bucket(Bucket='from-boto3', CreateBucketConfiguration={'LocationConstraint': 'eu-central-1'})
    s3.get_waiter('bucket_exists').wait(Bucket='from-boto3')
    s3.upload_fileobj(io.BytesIO(b'hello'), 'from-boto3', 'folder/a b+ü.txt')
    seen['object'] = s3.get_object(Bucket='from-boto3', Key='folder/a b+ü.txt')['Body'].read().decode()

    seen['errors'] = [
        code_of(lambda: states.describe_execution(executionArn=execution + 'x')),
        code_of(lambda: sagemaker.describe_endpoint(EndpointName='absent')),
        code_of(lambda: boto3.client('lambda').invoke(FunctionName='absent')),
        code_of(lambda: boto3.client('cloudformation').describe_stacks(StackName='absent')),
        code_of(lambda: boto3.client('cloudwatch').get_dashboard(DashboardName='absent')),
        code_of(lambda: boto3.client('s3').get_object(Bucket='from-boto3', Key='absent')),
        code_of(lambda: boto3.client('sts', aws_access_key_id='AKIAIOSFODNN7EXAMPLE', aws_secret_access_key='x').get_caller_identity()),
    ]
    print(json.dumps(seen))


main()
