using static ActorSync.OrgSimulator.Org.FieldFactory;

namespace ActorSync.OrgSimulator.Org;

/// <summary>
/// The standard objects of the org. Names, labels, types, lengths and picklists are those of the reference describes of a Developer Edition org;
/// what the simulator has no object for (record types, campaigns, addresses as compounds) is left out.
/// Delete constraints are those of the describes' childRelationships: Contacts and Opportunities go with their Account, a Case keeps its Account and Contact from being deleted.
/// </summary>
public static class StandardObjects
{
    private static readonly string[] Industries =
    [
        "Agriculture", "Apparel", "Banking", "Biotechnology", "Chemicals", "Communications", "Construction", "Consulting", "Education",
        "Electronics", "Energy", "Engineering", "Entertainment", "Environmental", "Finance", "Food & Beverage", "Government", "Healthcare",
        "Hospitality", "Insurance", "Machinery", "Manufacturing", "Media", "Not For Profit", "Recreation", "Retail", "Shipping", "Technology",
        "Telecommunications", "Transportation", "Utilities", "Other",
    ];

    private static readonly string[] LeadSources = ["Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other"];

    /// <summary>Account, Contact, Lead, Opportunity, Case and User; all but User have the external id field ActorSync_Id__c.</summary>
    public static OrgSchema Schema() => new([Account(), Contact(), Lead(), Opportunity(), Case(), User()]);

    private static ObjectDefinition Account() => new("Account", "Account", "Accounts", "001",
    [
        Id("Account"),
        IsDeleted(),
        Reference("MasterRecordId", "Master Record ID", "Account", "MasterRecord").ReadOnly(),
        Text("Name", "Account Name", 255).Required() with { NameField = true, CompoundFieldName = "Name", ExtraTypeInfo = "switchablepersonname" },
        Picklist("Type", "Account Type", 40, "Prospect", "Customer - Direct", "Customer - Channel", "Channel Partner / Reseller", "Installation Partner", "Technology Partner", "Other"),
        Reference("ParentId", "Parent Account ID", "Account", "Parent", "ChildAccounts"),
        .. Address("Billing", "Billing"),
        .. Address("Shipping", "Shipping"),
        Phone("Phone", "Account Phone"),
        Phone("Fax", "Account Fax"),
        Text("AccountNumber", "Account Number", 40),
        Url("Website", "Website"),
        Text("Sic", "SIC Code", 20),
        Picklist("Industry", "Industry", 40, Industries),
        Number("AnnualRevenue", "Annual Revenue", FieldType.Currency, NumberPrecision, 0),
        WholeNumber("NumberOfEmployees", "Employees"),
        Picklist("Ownership", "Ownership", 40, "Public", "Private", "Subsidiary", "Other"),
        Text("TickerSymbol", "Ticker Symbol", 20),
        LongText("Description", "Account Description", 32000),
        Picklist("Rating", "Account Rating", 40, "Hot", "Warm", "Cold"),
        Text("Site", "Account Site", 80),
        Owner("User"),
        .. Audit(),
        Picklist("CleanStatus", "Clean Status", 40, "Matched", "Different", "Acknowledged", "NotFound", "Inactive", "Pending", "SelectMatch", "Skipped") with { RestrictedPicklist = true },
        Picklist("AccountSource", "Account Source", 40, LeadSources),
        ActorSyncId(),
    ]);

    private static ObjectDefinition Contact() => new("Contact", "Contact", "Contacts", "003",
    [
        Id("Contact"),
        IsDeleted(),
        Reference("MasterRecordId", "Master Record ID", "Contact", "MasterRecord").ReadOnly(),
        Reference("AccountId", "Account ID", "Account", "Account", "Contacts") with { OnParentDelete = DeleteConstraint.Cascade },
        .. PersonName(),
        .. Address("Other", "Other"),
        .. Address("Mailing", "Mailing"),
        Phone("Phone", "Business Phone"),
        Phone("Fax", "Business Fax"),
        Phone("MobilePhone", "Mobile Phone"),
        Phone("HomePhone", "Home Phone"),
        Reference("ReportsToId", "Reports To ID", "Contact", "ReportsTo"),
        Email("Email", "Email") with { IdLookupOnly = true },
        Text("Title", "Title", 128),
        Text("Department", "Department", 80),
        Text("AssistantName", "Assistant's Name", 40),
        Picklist("LeadSource", "Lead Source", 255, LeadSources),
        Date("Birthdate", "Birthdate"),
        LongText("Description", "Contact Description", 32000),
        Owner("User"),
        .. Audit(),
        DateTime("EmailBouncedDate", "Email Bounced Date"),
        ActorSyncId(),
    ]);

    private static ObjectDefinition Lead() => new("Lead", "Lead", "Leads", "00Q",
    [
        Id("Lead"),
        IsDeleted(),
        Reference("MasterRecordId", "Master Record ID", "Lead", "MasterRecord").ReadOnly(),
        .. PersonName(),
        Text("Title", "Title", 128),
        Text("Company", "Company", 255).Required(),
        .. Address("", ""),
        Phone("Phone", "Phone"),
        Phone("MobilePhone", "Mobile Phone"),
        Phone("Fax", "Fax"),
        Email("Email", "Email") with { IdLookupOnly = true },
        Url("Website", "Website"),
        LongText("Description", "Description", 32000),
        Picklist("LeadSource", "Lead Source", 255, LeadSources),
        Picklist("Status", "Status", 255, "Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted")
            .Required().Defaulted("Open - Not Contacted"),
        Picklist("Industry", "Industry", 255, Industries),
        Picklist("Rating", "Rating", 255, "Hot", "Warm", "Cold"),
        Number("AnnualRevenue", "Annual Revenue", FieldType.Currency, NumberPrecision, 0),
        WholeNumber("NumberOfEmployees", "Employees"),
        Owner("User"),
        Checkbox("IsConverted", "Converted") with { Updateable = false },
        Checkbox("IsUnreadByOwner", "Unread By Owner"),
        .. Audit(),
        ActorSyncId(),
    ]);

    private static ObjectDefinition Opportunity() => new("Opportunity", "Opportunity", "Opportunities", "006",
    [
        Id("Opportunity"),
        IsDeleted(),
        Reference("AccountId", "Account ID", "Account", "Account", "Opportunities") with { OnParentDelete = DeleteConstraint.Cascade },
        Checkbox("IsPrivate", "Private"),
        Text("Name", "Name", 120).Required() with { NameField = true, IdLookupOnly = true },
        LongText("Description", "Description", 32000),
        Picklist("StageName", "Stage", 255, [.. OpportunityStages.All.Select(s => s.Name)]).Required(),
        Number("Amount", "Amount", FieldType.Currency, NumberPrecision, 2),
        Number("Probability", "Probability (%)", FieldType.Percent, 3, 0) with { DefaultedOnCreate = true },
        Number("ExpectedRevenue", "Expected Amount", FieldType.Currency, NumberPrecision, 2).ReadOnly() with { Derived = OpportunityStages.ExpectedRevenue },
        Number("TotalOpportunityQuantity", "Quantity", FieldType.Number, NumberPrecision, 2),
        Date("CloseDate", "Close Date").Required(),
        Picklist("Type", "Opportunity Type", 255, "Existing Customer - Upgrade", "Existing Customer - Replacement", "Existing Customer - Downgrade", "New Customer"),
        Text("NextStep", "Next Step", 255),
        Picklist("LeadSource", "Lead Source", 255, LeadSources),
        Checkbox("IsClosed", "Closed").ReadOnly() with { Derived = r => OpportunityStages.Of(r).IsClosed },
        Checkbox("IsWon", "Won").ReadOnly() with { Derived = r => OpportunityStages.Of(r).IsWon },
        Picklist("ForecastCategoryName", "Forecast Category", 255, "Omitted", "Pipeline", "Best Case", "Commit", "Closed").Required() with
        {
            DefaultedOnCreate = true,
            RestrictedPicklist = true,
        },
        Owner("User"),
        .. Audit(),
        WholeNumber("FiscalQuarter", "Fiscal Quarter").ReadOnly() with { CompoundFieldName = "Fiscal", Derived = OpportunityStages.FiscalQuarter },
        WholeNumber("FiscalYear", "Fiscal Year").ReadOnly() with { CompoundFieldName = "Fiscal", Derived = OpportunityStages.FiscalYear },
        ActorSyncId(),
    ],
    beforeSaveRules: [new BeforeSaveRule("Stage defaults", OpportunityStages.ApplyDefaults)]);

    private static ObjectDefinition Case() => new("Case", "Case", "Cases", "500",
    [
        Id("Case"),
        IsDeleted(),
        Reference("MasterRecordId", "Master Record ID", "Case", "MasterRecord").ReadOnly(),
        Text("CaseNumber", "Case Number", 30).ReadOnly() with { Nillable = false, AutoNumber = true, DefaultedOnCreate = true, NameField = true, IdLookupOnly = true },
        Reference("ContactId", "Contact ID", "Contact", "Contact", "Cases") with { OnParentDelete = DeleteConstraint.Restrict },
        Reference("AccountId", "Account ID", "Account", "Account", "Cases") with { OnParentDelete = DeleteConstraint.Restrict },
        Reference("ParentId", "Parent Case ID", "Case", "Parent", "Cases"),
        Text("SuppliedName", "Name", 80),
        Email("SuppliedEmail", "Email Address"),
        Phone("SuppliedPhone", "Phone"),
        Text("SuppliedCompany", "Company", 80),
        Picklist("Type", "Case Type", 40, "Mechanical", "Electrical", "Electronic", "Structural", "Other"),
        Picklist("Status", "Status", 40, "New", "Working", "Escalated", "Closed").Defaulted("New"),
        Picklist("Reason", "Case Reason", 40, "Installation", "Equipment Complexity", "Performance", "Breakdown", "Equipment Design", "Feedback", "Other"),
        Picklist("Origin", "Case Origin", 40, "Phone", "Email", "Web"),
        Text("Subject", "Subject", 255),
        Picklist("Priority", "Priority", 40, "High", "Medium", "Low").Defaulted("Medium"),
        LongText("Description", "Description", 32000),
        Checkbox("IsClosed", "Closed").ReadOnly() with { Derived = r => Equals(r["Status"], "Closed") },
        DateTime("ClosedDate", "Closed Date").ReadOnly(),
        Checkbox("IsEscalated", "Escalated"),
        Owner("User"),
        .. Audit(),
        ActorSyncId(),
    ],
    beforeSaveRules: [new BeforeSaveRule("Closed date", StampClosedDate)]);

    private static ObjectDefinition User() => new("User", "User", "Users", "005",
    [
        Id("User"),
        Text("Username", "Username", 80).Required() with { Unique = true },
        .. PersonName(),
        Text("CompanyName", "Company Name", 80),
        Text("Division", "Division", 80),
        Text("Department", "Department", 80),
        Text("Title", "Title", 80),
        .. Address("", ""),
        Email("Email", "Email").Required() with { Length = 128 },
        Phone("Phone", "Phone"),
        Phone("MobilePhone", "Mobile Phone"),
        Text("Alias", "Alias", 8).Required(),
        Checkbox("IsActive", "Active"),
        Text("TimeZoneSidKey", "Time Zone", 40).Required().Defaulted("GMT"),
        Text("LocaleSidKey", "Locale", 40).Required().Defaulted("en_US"),
        Text("LanguageLocaleKey", "Language", 40).Required().Defaulted("en_US"),
        Text("EmailEncodingKey", "Email Encoding", 40).Required().Defaulted("UTF-8"),
        Text("UserType", "User Type", 40).ReadOnly() with { DefaultedOnCreate = true, DefaultValue = "Standard" },
        Text("EmployeeNumber", "Employee Number", 20),
        .. Audit(),
    ]);

    private static void StampClosedDate(RecordDraft draft)
    {
        bool closed = Equals(draft["Status"], "Closed");
        bool wasClosed = !draft.IsNew && Equals(draft.Prior("Status"), "Closed");
        if (closed != wasClosed)
        {
            draft.Set("ClosedDate", closed ? draft.Now : null);
        }
    }
}
