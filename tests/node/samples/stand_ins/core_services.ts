export const purchasesService = {};
