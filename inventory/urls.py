from __future__ import annotations

from django.urls import path

from inventory.views import bulklistings, contextrules, facilities, groups, inbound, listings, stock

urlpatterns = [
    path("network/facilities/", facilities.FacilitiesView.as_view(), name="facilities"),
    path("network/facilities/new/", facilities.CreateFacilityView.as_view(), name="facility-create"),
    path("network/facilities/<uuid:pk>/", facilities.FacilityView.as_view(), name="facility"),
    path("network/facilities/<uuid:pk>/edit/", facilities.EditFacilityView.as_view(), name="facility-edit"),
    path(
        "network/facilities/<uuid:pk>/status/",
        facilities.FacilityStatusView.as_view(),
        name="facility-status",
    ),
    path("network/groups/", groups.GroupsView.as_view(), name="groups"),
    path("network/groups/new/", groups.CreateGroupView.as_view(), name="group-create"),
    path("network/groups/<uuid:pk>/", groups.GroupView.as_view(), name="group"),
    path("network/groups/<uuid:pk>/edit/", groups.EditGroupView.as_view(), name="group-edit"),
    path("network/groups/<uuid:pk>/delete/", groups.DeleteGroupView.as_view(), name="group-delete"),
    path("network/listings/", listings.ListingsView.as_view(), name="listings"),
    path("network/listings/behaviour/", bulklistings.BulkBehaviourView.as_view(), name="bulk-behaviour"),
    path(
        "network/listings/behaviour/<uuid:pk>/carry-out/",
        bulklistings.CarryOutBehaviourView.as_view(),
        name="carry-out-behaviour",
    ),
    path(
        "network/listings/behaviour/<uuid:pk>/take-back/",
        bulklistings.TakeBackBehaviourView.as_view(),
        name="take-back-behaviour",
    ),
    path("network/listings/<uuid:pk>/rules/new/", contextrules.AddRuleView.as_view(), name="rule-add"),
    path(
        "network/listings/<uuid:pk>/rules/<int:place>/",
        contextrules.EditRuleView.as_view(),
        name="rule-edit",
    ),
    path(
        "network/listings/<uuid:pk>/rules/<int:place>/delete/",
        contextrules.DeleteRuleView.as_view(),
        name="rule-delete",
    ),
    path("network/listings/<uuid:pk>/", listings.ListingView.as_view(), name="listing"),
    path("network/listings/<uuid:pk>/edit/", listings.EditListingView.as_view(), name="listing-edit"),
    path("network/listings/<uuid:pk>/try/", listings.TryListingView.as_view(), name="listing-try"),
    path("network/listings/<uuid:pk>/stock/", stock.ListingStockView.as_view(), name="listing-stock"),
    path("network/listings/new/", listings.CreateListingView.as_view(), name="listing-create"),
    path("network/stock/", stock.StockView.as_view(), name="stock"),
    path("network/stock/<int:pk>/", stock.StockLevelView.as_view(), name="stock-level"),
    path("network/stock/<int:pk>/adjust/", stock.AdjustLevelView.as_view(), name="stock-adjust"),
    path(
        "network/stock/records/<uuid:pk>/adjust/",
        stock.AdjustRecordView.as_view(),
        name="stock-record-adjust",
    ),
    path("network/incoming/", inbound.IncomingView.as_view(), name="incoming"),
    path("network/incoming/new/", inbound.CreatePurchaseOrderView.as_view(), name="inbound-create"),
    path("network/incoming/<uuid:pk>/", inbound.InboundProcessView.as_view(), name="inbound-process"),
    path("network/incoming/<uuid:pk>/date/", inbound.OrderDateView.as_view(), name="inbound-date"),
    path("network/incoming/<uuid:pk>/receive/", inbound.ReceiveView.as_view(), name="inbound-receive"),
    path("network/incoming/<uuid:pk>/close/", inbound.CloseView.as_view(), name="inbound-close"),
    path(
        "network/incoming/<uuid:pk>/items/<int:item>/",
        inbound.ChangeItemView.as_view(),
        name="inbound-item",
    ),
    path(
        "network/incoming/<uuid:pk>/items/<int:item>/close/",
        inbound.CloseItemView.as_view(),
        name="inbound-item-close",
    ),
]
