using System.Xml.Linq;

namespace ActorSync.IntegrationTests.OrgSimulator;

/// <summary>
/// The sequences of the partner WSDL (47.0) that the simulator answers with, as facts: element names in order, ? optional, * repeated, ! nillable,
/// and behind a colon the type of an element that has children.
/// </summary>
internal static class WsdlSequences
{
    public static readonly IReadOnlyDictionary<string, string> Types = new Dictionary<string, string>
    {
        ["SaveResult"] = "errors:Error* id! success",
        ["UpsertResult"] = "created errors:Error* id! success",
        ["DeleteResult"] = "errors:Error* id! success",
        ["Error"] = "extendedErrorDetails*! fields*! message statusCode",
        ["QueryResult"] = "done queryLocator! records:sObject*! size",
        ["sObject"] = "type fieldsToNull*! Id! any*",
        ["GetUpdatedResult"] = "ids* latestDateCovered",
        ["GetDeletedResult"] = "deletedRecords:DeletedRecord* earliestDateAvailable latestDateCovered",
        ["DeletedRecord"] = "deletedDate id",
        ["GetServerTimestampResult"] = "timestamp",
        ["LoginResult"] = "metadataServerUrl! passwordExpired sandbox serverUrl! sessionId! userId! userInfo:GetUserInfoResult?",
        ["GetUserInfoResult"] =
            "accessibilityMode chatterExternal currencySymbol! orgAttachmentFileSizeLimit orgDefaultCurrencyIsoCode! orgDefaultCurrencyLocale! "
            + "orgDisallowHtmlAttachments orgHasPersonAccounts organizationId organizationMultiCurrency organizationName profileId roleId! sessionSecondsValid "
            + "userDefaultCurrencyIsoCode! userEmail userFullName userId userLanguage userLocale userName userTimeZone userType userUiSkin",
        ["DescribeGlobalResult"] = "encoding! maxBatchSize sobjects:DescribeGlobalSObjectResult*",
        ["DescribeGlobalSObjectResult"] =
            "activateable createable custom customSetting dataTranslationEnabled? deepCloneable deletable deprecatedAndHidden feedEnabled hasSubtypes idEnabled "
            + "isInterface isSubtype keyPrefix! label labelPlural layoutable mergeable mruEnabled name queryable replicateable retrieveable searchable triggerable "
            + "undeletable updateable",
        ["DescribeSObjectResult"] =
            "actionOverrides*! activateable childRelationships:ChildRelationship* compactLayoutable createable custom customSetting dataTranslationEnabled? "
            + "deepCloneable defaultImplementation! deletable deprecatedAndHidden feedEnabled fields:Field*! hasSubtypes idEnabled implementedBy! "
            + "implementsInterfaces! isInterface isSubtype keyPrefix! label labelPlural layoutable mergeable mruEnabled name namedLayoutInfos* "
            + "networkScopeFieldName! queryable recordTypeInfos:RecordTypeInfo* replicateable retrieveable searchLayoutable? searchable "
            + "supportedScopes:ScopeInfo*! triggerable? undeletable updateable urlDetail! urlEdit! urlNew!",
        ["Field"] =
            "aggregatable aiPredictionField autoNumber byteLength calculated calculatedFormula? cascadeDelete? caseSensitive compoundFieldName? controllerName? "
            + "createable custom dataTranslationEnabled? defaultValue? defaultValueFormula? defaultedOnCreate dependentPicklist? deprecatedAndHidden digits "
            + "displayLocationInDecimal? encrypted? externalId? extraTypeInfo? filterable filteredLookupInfo?! formulaTreatNullNumberAsZero? groupable "
            + "highScaleNumber? htmlFormatted? idLookup inlineHelpText? label length mask? maskType? name nameField namePointing? nillable permissionable "
            + "picklistValues:PicklistEntry*! polymorphicForeignKey precision queryByDistance referenceTargetField? referenceTo*! relationshipName? "
            + "relationshipOrder? restrictedDelete? restrictedPicklist scale searchPrefilterable soapType sortable? type unique updateable writeRequiresMasterRead?",
        ["PicklistEntry"] = "active defaultValue label! validFor? value",
        ["ChildRelationship"] =
            "cascadeDelete childSObject deprecatedAndHidden field junctionIdListNames*! junctionReferenceTo*! relationshipName? restrictedDelete?",
        ["RecordTypeInfo"] = "active available defaultRecordTypeMapping developerName master name recordTypeId!",
        ["ScopeInfo"] = "label name",
        ["SearchResult"] = "queryId searchRecords:SearchRecord* searchResultsMetadata?!",
        ["SearchRecord"] = "record:sObject searchRecordMetadata? snippet?!",
    };

    /// <summary>Every way in which an element departs from its type.</summary>
    public static IEnumerable<string> Faults(XElement element, string type)
    {
        var children = element.Elements().ToList();
        var at = 0;
        foreach (var part in Types[type].Split(' '))
        {
            var name = part.TrimEnd('!', '*', '?').Split(':')[0];
            var found = name == "any" ? children.Count - at : children.Skip(at).TakeWhile(c => c.Name.LocalName == name).Count();
            if (found == 0 && !part.Contains('*', StringComparison.Ordinal) && !part.Contains('?', StringComparison.Ordinal))
            {
                yield return $"{type} lacks {name} where it has {(at < children.Count ? children[at].Name.LocalName : "its end")}";
            }

            // The partner API repeats a selected Id among the fields, so only the first belongs to the sequence.
            found = name != "any" && !part.Contains('*', StringComparison.Ordinal) ? Math.Min(found, 1) : found;
            foreach (var child in children.Skip(at).Take(found))
            {
                foreach (var fault in Child(child, part, type))
                {
                    yield return fault;
                }
            }

            at += found;
        }

        if (at < children.Count)
        {
            yield return $"{type} holds {children[at].Name.LocalName} out of place";
        }
    }

    private static IEnumerable<string> Child(XElement child, string part, string type)
    {
        var nil = child.Attributes().Any(a => a.Name.LocalName == "nil");
        if (nil)
        {
            return part.Contains('!', StringComparison.Ordinal) || part == "any*" ? [] : [$"{type}/{child.Name.LocalName} must not be nil"];
        }

        return part.Split(':') is [_, var named] ? Faults(child, named.TrimEnd('!', '*', '?')) : [];
    }
}
