import { soundsSensitive } from '../../../../lambda/shared/schema/sensitive';

test.each(['age', 'AGEP', 'customer_age', 'applicantAge', 'car_owner_age', 'median_age', 'ageOfApplicant', 'age_of_home_owner', 'dateOfBirth', 'SEX_CODE'])('%s sounds like a person', (name) => {
  expect(soundsSensitive({ name })).toBe(true);
});

test.each(['HouseAge', 'house_age_years', 'housing_median_age', 'VehicleAge', 'account_age_days', 'age_of_the_car', 'AgeOfHouse', 'stage', 'mileage'])('%s does not', (name) => {
  expect(soundsSensitive({ name })).toBe(false);
});
